"""Personal data at rest: sealed with a key id and an algorithm, and found by a keyed hash."""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE: Final = 12
_TAG: Final = 16
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class SealBroken(Exception):
    """The bytes were altered, belong elsewhere (other `aad`), or their key is not configured."""


class Aead(Protocol):
    """Authenticated encryption; what `encrypt` returns ends with the tag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class Sm4Gcm:
    """SM4 (GB/T 32907) in Galois/Counter Mode, with the interface of `AESGCM`; a key has 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        if len(data) < _TAG:
            raise InvalidTag
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, data[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-_TAG]) + decryptor.finalize()


class Algorithm(NamedTuple):
    """`mark` is the first byte of what it sealed; a mark is never given to another algorithm."""

    mark: int
    key_bytes: int
    aead: Callable[[bytes], Aead]


ALGORITHMS: Final = {
    "aes-256-gcm": Algorithm(0x01, 32, AESGCM),
    "sm4-gcm": Algorithm(0x02, 16, Sm4Gcm),
}
DEFAULT_ALGORITHM: Final = "aes-256-gcm"


class Sealer:
    """Seals bytes under the active key and opens those of any configured key, whatever algorithm each has.

    `keys` is `id:base64(key)` or `id:algorithm:base64(key)` entries joined by commas; the first is the active one. So
    the algorithm goes with the key: to change it is to rotate to a key that names it.
    Sealed form: the algorithm's mark, length of the key id (1 byte), key id, nonce (12), ciphertext and tag.
    `aad` binds the bytes to their row, so that nobody can swap two people's blobs.

    `lookup_key` finds people. While it changes, either `next_lookup_key` is known too (rows get their second hash), or
    `previous_lookup_key` (rows give up their first one): see docs/operations-keys.md.
    """

    def __init__(
        self,
        keys: str,
        lookup_key: str,
        *,
        next_lookup_key: str | None = None,
        previous_lookup_key: str | None = None,
    ) -> None:
        self._keys = {key_id: (mark, aead) for key_id, mark, aead in map(_read_key, _entries(keys))}
        self.active_key_id = next(iter(self._keys))
        if next_lookup_key and previous_lookup_key:
            raise ValueError("a lookup key is either on its way in or on its way out, not both")
        self._lookup_key = _lookup_key(lookup_key)
        self._next = _lookup_key(next_lookup_key) if next_lookup_key else None
        self._previous = _lookup_key(previous_lookup_key) if previous_lookup_key else None

    @property
    def key_ids(self) -> tuple[str, ...]:
        """All that are configured, the active one first."""
        return tuple(self._keys)

    def seal(self, plain: bytes, aad: bytes) -> bytes:
        mark, aead = self._keys[self.active_key_id]
        key_id, nonce = self.active_key_id.encode(), os.urandom(_NONCE)
        return b"".join((bytes((mark, len(key_id))), key_id, nonce, aead.encrypt(nonce, plain, aad)))

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """The plain bytes; raises SealBroken."""
        if len(sealed) < 2 + _NONCE:
            raise SealBroken("not a sealed value")
        end = 2 + sealed[1]
        mark, aead = self._keys.get(sealed[2:end].decode("ascii", "replace"), (None, None))
        if aead is None:
            raise SealBroken("not sealed, or sealed under a key that is not configured")
        if mark != sealed[0]:
            raise SealBroken("sealed by another algorithm than its key is for")
        try:
            return aead.decrypt(sealed[end : end + _NONCE], sealed[end + _NONCE :], aad)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the sealed value was altered or belongs elsewhere") from error

    @staticmethod
    def key_id_of(sealed: bytes) -> str:
        """Which key sealed these bytes; the first 42 of them suffice."""
        return sealed[2 : 2 + sealed[1]].decode("ascii", "replace")

    def lookup_hash(self, value: str) -> bytes:
        """A keyed SHA-256 of `value`: equal values are found, nothing can be read back."""
        return _hash(self._lookup_key, value)

    def next_hash(self, value: str) -> bytes | None:
        """The second hash a row must have while the lookup key changes; None at other times."""
        if self._next is not None:
            return _hash(self._next, value)
        return _hash(self._lookup_key, value) if self._previous is not None else None

    def lookup_hashes(self, value: str) -> list[bytes]:
        """Every hash under which a row may be found by either of its columns."""
        return [
            _hash(key, value) for key in (self._lookup_key, self._next, self._previous) if key is not None
        ]

    @property
    def lookup_phase(self) -> Literal["in", "out"] | None:
        """Whether a new lookup key is on its way in, or an old one on its way out."""
        return "in" if self._next is not None else "out" if self._previous is not None else None

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """By which each configured lookup key is known again, the active one first; they give nothing away."""
        keys = (self._lookup_key, self._next, self._previous)
        return tuple(f"lookup:{_hash(key, 'fingerprint').hex()[:16]}" for key in keys if key is not None)


def _entries(keys: str) -> list[str]:
    found = [entry.strip() for entry in keys.split(",") if entry.strip()]
    if not found:
        raise ValueError("no data key is configured")
    ids = [entry.split(":", 1)[0] for entry in found]
    if len(set(ids)) != len(ids):
        raise ValueError("two data keys have the same id")
    return found


def _read_key(entry: str) -> tuple[str, int, Aead]:
    key_id, *algorithm, text = entry.split(":") if ":" in entry else ("", "", entry)
    name = algorithm[0] if algorithm else DEFAULT_ALGORITHM
    if len(algorithm) > 1 or not _KEY_ID.fullmatch(key_id) or name not in ALGORITHMS:
        raise ValueError("a data key is id:base64 or id:algorithm:base64, of aes-256-gcm or sm4-gcm")
    mark, size, aead = ALGORITHMS[name]
    key = _decoded(text)
    if len(key) != size:
        raise ValueError(f"data key {key_id}: {name} needs {size} bytes, these are {len(key)}")
    return key_id, mark, aead(key)


def _lookup_key(text: str) -> bytes:
    key = _decoded(text)
    if len(key) < 32:
        raise ValueError("a lookup key must have 32 bytes")
    return key


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError("a key is not base64") from error


def _hash(key: bytes, value: str) -> bytes:
    return hmac.new(key, value.encode(), hashlib.sha256).digest()
