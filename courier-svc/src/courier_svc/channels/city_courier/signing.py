"""Ed25519 signatures over the exact bytes: ours on requests, the courier's on answers and pushes."""

import base64
import binascii
import hashlib
import os
import time
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

WINDOW_SECONDS: Final = 300


class SignatureRefused(Exception):
    """Missing, malformed, too old, by another key or over other bytes; the message says which."""


class Signer:
    """Signs our requests as one customer."""

    def __init__(self, customer: str, private_key_pem: str) -> None:
        key = load_pem_private_key(private_key_pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the customer's key must be an Ed25519 private key")
        self._customer = customer
        self._key = key

    def headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """The four headers; `target` is path and query as on the wire. A new nonce each time."""
        timestamp, nonce = str(int(time.time())), os.urandom(16).hex()
        text = b"\n".join((method.encode(), target.encode(), timestamp.encode(), nonce.encode(), body, b""))
        return {
            "X-Courier-Customer": self._customer,
            "X-Courier-Timestamp": timestamp,
            "X-Courier-Nonce": nonce,
            "X-Courier-Signature": base64.b64encode(self._key.sign(text)).decode(),
        }


class Verifier:
    """Checks what claims to come from the courier."""

    def __init__(self, public_key_pem: str) -> None:
        key = load_pem_public_key(public_key_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("the courier's key must be an Ed25519 public key")
        self._key = key
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(raw).hexdigest()[:16]

    def verify(self, headers: Mapping[str, str], body: bytes, *, nonce: str | None = None) -> None:
        """Raises SignatureRefused. `headers` ignore case; with `nonce`, the signed one must be it."""
        try:
            key_id = headers["X-Courier-Key-Id"]
            timestamp = headers["X-Courier-Timestamp"]
            signed_nonce = headers["X-Courier-Nonce"]
            signature = base64.b64decode(headers["X-Courier-Signature"], validate=True)
        except (KeyError, binascii.Error, ValueError) as error:
            raise SignatureRefused("a signature header is missing or malformed") from error
        if key_id != self.key_id:
            raise SignatureRefused("signed under an unknown key id")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            raise SignatureRefused("the timestamp is not Unix seconds")
        if abs(int(timestamp) - time.time()) > WINDOW_SECONDS:
            raise SignatureRefused("the timestamp is out of the window")
        if nonce is not None and signed_nonce != nonce:
            raise SignatureRefused("the answer belongs to another request")
        text = b"\n".join((timestamp.encode(), signed_nonce.encode("latin-1"), body, b""))
        try:
            self._key.verify(signature, text)
        except InvalidSignature as error:
            raise SignatureRefused("the signature does not fit") from error
