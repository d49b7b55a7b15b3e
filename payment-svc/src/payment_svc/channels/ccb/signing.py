"""CCB's two signatures, both of another age: an MD5 over the order, and MD5withRSA over what the bank says.

Here and nowhere else. Neither is proof enough for money: a notice is booked only on the answer to a query of ours.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from ..authentic import NotAuthentic
from ..provider_keys import keys_in, proven_by_one

_AS_IT_IS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@*_+-./")
_PUB_DIGITS: Final = 30


class CounterKeys:
    """The bank's public key of one counter. `pub`: the last 30 digits of it, which an order's MAC counts.

    `content`: the key file; while the bank changes its key, with several, of which the first makes the MAC.
    """

    def __init__(self, content: bytes) -> None:
        """Raises ValueError for what is no such key, RuntimeError where MD5 is refused here."""
        self._keys = [_read(one) for one in keys_in(content)]
        der = self._keys[0].public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.pub = der.hex()[-_PUB_DIGITS:]
        self._try_out()

    def _try_out(self) -> None:
        try:
            self._keys[0].verify(bytes(self._keys[0].key_size // 8), b"", PKCS1v15(), MD5())
        except InvalidSignature:
            return
        except UnsupportedAlgorithm as error:
            raise RuntimeError(
                "this machine's OpenSSL refuses MD5, with which CCB signs: take the channel ccb out of"
                " PAYMENT_CHANNELS, or run payment-svc with an OpenSSL that is not in FIPS mode"
            ) from error

    def prove(self, text: bytes, signature: bytes) -> None:
        """Raises NotAuthentic unless the bank signed `text`; `signature` in hexadecimal digits."""

        def by(key: RSAPublicKey) -> None:
            try:
                key.verify(bytes.fromhex(signature.decode("ascii")), text, PKCS1v15(), MD5())
            except (InvalidSignature, ValueError) as error:
                raise NotAuthentic("signature") from error

        proven_by_one(self._keys, by)


def _read(content: bytes) -> RSAPublicKey:
    if content.startswith(b"-----"):
        key = load_pem_public_key(content)
    else:
        key = load_der_public_key(bytes.fromhex(content.decode("ascii").strip()))
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the public key of a CCB counter must be RSA")
    return key


def mac(pairs: Sequence[tuple[str, str]]) -> str:
    """Over the pairs in their order, the values as they stand in the address."""
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def signed_text(fields: Mapping[str, bytes], order: Sequence[str], optional: frozenset[str]) -> bytes:
    """What a notice signs: in the order of the counter, whatever charset a value is in."""
    return b"&".join(
        name.encode() + b"=" + fields.get(name, b"")
        for name in order
        if name in fields or name not in optional
    )


def js_escape(text: str) -> str:
    """As `escape()` of JavaScript writes it: `%uXXXX` beyond Latin-1."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(
        chr(code) if chr(code) in _AS_IT_IS else f"%{code:02X}" if code < 256 else f"%u{code:04X}"
        for code in codes
    )
