"""RSA2: SHA256withRSA over `k=v&…`, sorted by name, the values as they are, in the bytes of the named charset."""

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

CHARSETS = {"utf-8": "utf-8", "gbk": "gbk", "gb2312": "gbk"}


def request_text(params: Mapping[str, str]) -> str:
    """Of a request: empty values are left out, `sign_type` is not."""
    return _joined({name: value for name, value in params.items() if value and name != "sign"})


def notice_text(params: Mapping[str, str]) -> str:
    """Of a notice: empty values stay, `sign_type` is left out."""
    return _joined({name: value for name, value in params.items() if name not in ("sign", "sign_type")})


def sign(key: RSAPrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text, PKCS1v15(), SHA256())).decode()


def is_signed(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _joined(params: Mapping[str, str]) -> str:
    return "&".join(f"{name}={params[name]}" for name in sorted(params))
