"""CCB's signatures: MD5 over an order, MD5withRSA over what the bank says. Weak, and the bank's own."""

import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import MD5
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Pairs = Sequence[tuple[str, str]]


def pub_of(key: RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()[-30:]


def joined(pairs: Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def mac(pairs: Pairs) -> str:
    return hashlib.md5(joined(pairs).encode(), usedforsecurity=False).hexdigest()


def sign(key: RSAPrivateKey, text: bytes) -> str:
    return key.sign(text, PKCS1v15(), MD5()).hex()
