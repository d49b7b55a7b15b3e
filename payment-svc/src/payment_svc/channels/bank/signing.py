"""Ed25519 over the exact bytes: our requests, the bank's answers, the bank's notices.

Lines of a signed text end in one newline each, the last too. A notice is proven by key id, a time at most
five minutes off, and the signature. Replays inside the window need no memory here: a notice has an id, and
`notice_once` in the database recognises it; outside the window they are refused.
"""

import base64
import binascii
import hashlib
import secrets
import time
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ..authentic import NotAuthentic
from ..provider_keys import keys_in

WINDOW_SECONDS = 300


class MerchantKey:
    """Our half: signs requests."""

    def __init__(self, pem: bytes, merchant_id: str) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the bank merchant's private key must be Ed25519")
        self._key = key
        self._merchant_id = merchant_id

    def headers(self, method: str, target: str, body: bytes, *, nonce: str, timestamp: int) -> dict[str, str]:
        """What a request carries. `target` is path and query as on the wire."""
        text = f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "X-Bank-Merchant": self._merchant_id,
            "X-Bank-Timestamp": str(timestamp),
            "X-Bank-Nonce": nonce,
            "X-Bank-Signature": base64.b64encode(self._key.sign(text)).decode(),
        }


class BankKeys:
    """The bank's half: proves what it says, by the key that it names: the first 16 hex digits of the raw key's SHA-256.

    `content`: the key file, with one key or several.
    """

    def __init__(self, content: bytes) -> None:
        self._keys = dict(map(_read, keys_in(content)))

    def prove(self, headers: Mapping[str, str], body: bytes, *, nonce: str | None = None) -> None:
        """Raises NotAuthentic unless the bank signed `body`, just now, and under `nonce` where one is given.

        `headers` must look names up without regard to case.
        """
        try:
            key_id, timestamp = headers["x-bank-key-id"], headers["x-bank-timestamp"]
            signed_nonce, signature = headers["x-bank-nonce"], headers["x-bank-signature"]
        except KeyError as error:
            raise NotAuthentic("missing") from error
        key = self._keys.get(key_id)
        if key is None:
            raise NotAuthentic("unknown_key")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
            raise NotAuthentic("malformed")
        if abs(time.time() - int(timestamp)) > WINDOW_SECONDS:
            raise NotAuthentic("stale")
        if nonce is not None and nonce != signed_nonce:
            raise NotAuthentic("other_nonce")
        try:
            text = f"{timestamp}\n{signed_nonce}\n".encode() + body + b"\n"
            key.verify(base64.b64decode(signature, validate=True), text)
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise NotAuthentic("signature") from error


def _read(pem: bytes) -> tuple[str, Ed25519PublicKey]:
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("the bank's public key must be Ed25519")
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16], key


def new_nonce() -> str:
    return secrets.token_hex(16)
