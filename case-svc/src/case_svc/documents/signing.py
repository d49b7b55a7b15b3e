"""Ed25519 over canonical JSON: whoever alters a record in the database cannot make it valid."""

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

Statement = dict[str, Any]


class DocumentSigner:
    """Signs with one private key; verifies with it and with the public keys of earlier ones (all PEM)."""

    def __init__(self, private_key: bytes, earlier_public_keys: Iterable[bytes] = ()) -> None:
        key = load_pem_private_key(private_key, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("documents are signed with an Ed25519 key; this is another kind")
        self._key = key
        self.key_id = key_id(key.public_key())
        self._public = {self.key_id: key.public_key()}
        for pem in earlier_public_keys:
            public = load_pem_public_key(pem)
            if not isinstance(public, Ed25519PublicKey):
                raise ValueError("an earlier document key is not an Ed25519 key")
            self._public[key_id(public)] = public

    def sign(self, statement: Statement) -> bytes:
        """64 bytes."""
        return self._key.sign(canonical(statement))

    def verifies(self, statement: Statement, signature: bytes, key_id: str) -> bool:
        """Whether that key signed exactly this statement; False for a key we do not know."""
        public = self._public.get(key_id)
        if public is None:
            return False
        try:
            public.verify(signature, canonical(statement))
        except InvalidSignature:
            return False
        return True


def canonical(statement: Statement) -> bytes:
    """JSON with sorted keys and no spaces; of texts, whole numbers, booleans, nulls: one form each."""
    for name, value in statement.items():
        if not isinstance(value, str | int | None):
            raise TypeError(f"{name} has no canonical form")
    return orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the SHA-256 of the raw public key."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]
