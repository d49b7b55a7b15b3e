"""Personal data at rest: AES-256-GCM with a key id, and a keyed hash to find it by."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = b"\x01"
_NONCE = 12


class SealBroken(Exception):
    """The bytes were altered, belong elsewhere (other `aad`), or their key is not configured."""


class Sealer:
    """Seals bytes under the active key and opens those of any configured key.

    `keys` is `id:base64(32 bytes)` entries joined by commas; the first is the active one.
    Sealed form: 0x01, length of the key id (1 byte), key id, nonce (12), ciphertext and tag.
    `aad` binds the bytes to their row, so that nobody can swap two people's blobs.
    """

    def __init__(self, keys: str, lookup_key: str) -> None:
        parsed = dict(entry.strip().split(":", 1) for entry in keys.split(",") if entry.strip())
        if not parsed:
            raise ValueError("no data key is configured")
        self._ciphers = {key_id: AESGCM(base64.b64decode(value)) for key_id, value in parsed.items()}
        self.active_key_id = next(iter(parsed))
        self._lookup_key = base64.b64decode(lookup_key)
        if len(self._lookup_key) < 32:
            raise ValueError("the lookup key must have 32 bytes")

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        key_id = self.active_key_id.encode()
        nonce = os.urandom(_NONCE)
        sealed = self._ciphers[self.active_key_id].encrypt(nonce, plain, aad)
        return b"".join((_FORMAT, bytes((len(key_id),)), key_id, nonce, sealed))

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """The plain bytes; raises SealBroken."""
        if len(sealed) < 2 + _NONCE or sealed[:1] != _FORMAT:
            raise SealBroken("not a sealed value")
        end = 2 + sealed[1]
        cipher = self._ciphers.get(sealed[2:end].decode("ascii", "replace"))
        if cipher is None:
            raise SealBroken("sealed under a key that is not configured")
        try:
            return cipher.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], aad)
        except InvalidTag as error:
            raise SealBroken("the sealed value was altered or belongs elsewhere") from error

    @staticmethod
    def key_id_of(sealed: bytes) -> str:
        """Which key sealed these bytes; for rotation."""
        return sealed[2 : 2 + sealed[1]].decode("ascii")

    def lookup_hash(self, value: str) -> bytes:
        """A keyed SHA-256 of `value`: equal values are found, nothing can be read back."""
        return hmac.new(self._lookup_key, value.encode(), hashlib.sha256).digest()
