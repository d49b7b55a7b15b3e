"""RSA-SHA256 over lines, as API v3 has it: our requests, the provider's answers and notices, and what WeChat is
called with on the payer's phone.

Every line of a signed text ends in one newline, the last too. What the provider says is proven by its key id, a time
less than five minutes off, and the signature over the raw bytes. Replays inside the window need no memory here: a
notice has an id, and `notice_once` in the database recognises it; outside the window they are refused. The probes
that begin with `WECHATPAY/SIGNTEST/` fail like any other signature: no case is made of them.
"""

import base64
import binascii
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from ..authentic import NotAuthentic
from ..provider_keys import keys_in

WINDOW_SECONDS: Final = 300
SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"


class MerchantKey:
    """Our half: signs requests, and what the payer's phone calls WeChat with."""

    def __init__(self, pem: bytes, merchant_id: str, serial: str) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("a WeChat Pay merchant's private key must be RSA")
        self._key = key
        self._merchant_id = merchant_id
        self._serial = serial

    def authorization(self, method: str, target: str, body: bytes, *, nonce: str, timestamp: int) -> str:
        """The header of a request. `target` is path and query as on the wire."""
        signature = self.sign(f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n")
        return (
            f'{SCHEME} mchid="{self._merchant_id}",nonce_str="{nonce}",signature="{signature}",'
            f'timestamp="{timestamp}",serial_no="{self._serial}"'
        )

    def jsapi(self, appid: str, prepay_id: str) -> dict[str, str]:
        """What the mini-program or page calls `requestPayment` with."""
        timestamp, nonce, package = str(int(time.time())), new_nonce(), f"prepay_id={prepay_id}"
        text = f"{appid}\n{timestamp}\n{nonce}\n{package}\n".encode()
        return {
            "appId": appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": self.sign(text),
        }

    def sign(self, text: bytes) -> str:
        return base64.b64encode(self._key.sign(text, PKCS1v15(), SHA256())).decode()


class ProviderKeys:
    """The provider's half: proves what it says, by the key that it names. `key_id` is the one our requests ask for.

    `content`: the key file, with one key or several; `key_ids`: theirs, in the same order.
    """

    def __init__(self, content: bytes, key_ids: Sequence[str]) -> None:
        pems = keys_in(content)
        if len(pems) != len(key_ids):
            raise ValueError(f"{len(pems)} keys of WeChat Pay, and {len(key_ids)} ids of keys")
        self._keys = {key_id: _read(pem) for key_id, pem in zip(key_ids, pems, strict=True)}
        self.key_id = key_ids[0]

    def prove(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises NotAuthentic unless the provider signed `body`, just now. `headers` must look names up without regard
        to case.
        """
        try:
            key_id, timestamp = headers["wechatpay-serial"], headers["wechatpay-timestamp"]
            nonce, signature = headers["wechatpay-nonce"], headers["wechatpay-signature"]
        except KeyError as error:
            raise NotAuthentic("missing") from error
        key = self._keys.get(key_id)
        if key is None:
            raise NotAuthentic("unknown_key")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
            raise NotAuthentic("malformed")
        if abs(time.time() - int(timestamp)) >= WINDOW_SECONDS:
            raise NotAuthentic("stale")
        try:
            text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
            key.verify(base64.b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError) as error:
            raise NotAuthentic("signature") from error


def _read(pem: bytes) -> RSAPublicKey:
    key = load_pem_public_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("WeChat Pay's public key must be RSA")
    return key


def new_nonce() -> str:
    return secrets.token_hex(16)
