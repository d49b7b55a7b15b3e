"""Signed texts and the two ways to sign them. Byte-exact rules: PROTOCOL.md §2 and §3."""

import hashlib
import hmac
import time
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class HeaderNames:
    """One partner's header names, lower-case, as ASGI gives them."""

    caller: bytes
    key_id: bytes
    timestamp: bytes
    nonce: bytes
    signature: bytes

    @classmethod
    def of(cls, partner: str, caller: str) -> "HeaderNames":
        names = (caller, "key-id", "timestamp", "nonce", "signature")
        return cls(*(f"x-{partner}-{name}".encode() for name in names))


def request_text(method: str, target: bytes, timestamp: bytes, nonce: bytes, body: bytes) -> bytes:
    """`target` is path and query as on the wire."""
    return b"%b\n%b\n%b\n%b\n%b\n" % (method.encode(), target, timestamp, nonce, body)


def notice_text(timestamp: bytes, nonce: bytes, body: bytes) -> bytes:
    """The text of answers, notices and pushes."""
    return b"%b\n%b\n%b\n" % (timestamp, nonce, body)


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


class Signer:
    """Signs with one Ed25519 key; `key_id` goes along as bytes, ready for a header."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.key_id = key_id(key.public_key()).encode()

    def sign(self, text: bytes) -> bytes:
        return b64encode(self._key.sign(text))


class Verifier(Protocol):
    def verify(self, text: bytes, signature: bytes) -> bool: ...


class Ed25519Verifier:
    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    def verify(self, text: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(b64decode(signature, validate=True), text)
        except (InvalidSignature, Base64Error, ValueError):
            return False
        return True


class HmacVerifier:
    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def verify(self, text: bytes, signature: bytes) -> bool:
        expected = b64encode(hmac.digest(self._secret, text, "sha256"))
        return hmac.compare_digest(expected, signature)


def signature_headers(
    signer: Signer, names: HeaderNames, body: bytes, nonce: bytes, timestamp: int | None = None
) -> list[Header]:
    """What goes along with an answer, notice or push; `timestamp` in Unix seconds, now when left out."""
    moment = b"%d" % (int(time.time()) if timestamp is None else timestamp)
    return [
        (names.key_id, signer.key_id),
        (names.timestamp, moment),
        (names.nonce, nonce),
        (names.signature, signer.sign(notice_text(moment, nonce, body))),
    ]
