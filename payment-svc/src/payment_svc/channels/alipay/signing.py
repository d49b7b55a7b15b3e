"""RSA2: SHA256withRSA over `k=v&…`, sorted by name, the values as they are before URL-encoding.

A request leaves empty values out and counts `sign_type`; a notice keeps empty values and leaves `sign_type` out. An
answer is signed over the very characters of its inner object.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from ..authentic import NotAuthentic
from ..provider_keys import keys_in, proven_by_one

_BITS: Final = 2048


class AppKey:
    """Our half: signs requests."""

    def __init__(self, pem: bytes) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, RSAPrivateKey) or key.key_size < _BITS:
            raise ValueError(f"an Alipay application's private key must be RSA of {_BITS} bits at least")
        self._key = key

    def sign(self, params: Mapping[str, str]) -> str:
        text = "&".join(f"{name}={params[name]}" for name in sorted(params) if params[name])
        return base64.b64encode(self._key.sign(text.encode(), PKCS1v15(), SHA256())).decode()


class AlipayKeys:
    """Alipay's half: proves what it says. `content`: the key file, with one key or several."""

    def __init__(self, content: bytes) -> None:
        self._keys = [_read(pem) for pem in keys_in(content)]

    def prove(self, text: bytes, signature: bytes) -> None:
        """Raises NotAuthentic unless Alipay signed `text`; `signature` in base64."""

        def by(key: RSAPublicKey) -> None:
            try:
                key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
            except (InvalidSignature, binascii.Error, ValueError) as error:
                raise NotAuthentic("signature") from error

        proven_by_one(self._keys, by)

    def prove_notice(self, fields: Mapping[bytes, bytes]) -> None:
        """`fields` decoded once from the form, in the bytes of whatever charset they are."""
        if b"sign" not in fields:
            raise NotAuthentic("missing")
        if fields.get(b"sign_type") != b"RSA2":
            raise NotAuthentic("sign_type")
        names = sorted(name for name in fields if name not in (b"sign", b"sign_type"))
        self.prove(b"&".join(name + b"=" + fields[name] for name in names), fields[b"sign"])


def _read(pem: bytes) -> RSAPublicKey:
    key = load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey) or key.key_size < _BITS:
        raise ValueError(f"Alipay's public key must be RSA of {_BITS} bits at least")
    return key
