"""RSA-SHA256 over lines: our merchant's requests, the provider's answers and notices."""

import re
import time
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from ..errors import Refused
from ..gate import WINDOW_SECONDS, NonceMemory
from ..signing import Header, notice_text, request_text

SCHEME: Final = "WECHATPAY2-SHA256-RSA2048"
_FIELD: Final = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Merchant:
    """One of our accounts: its API certificate's serial and public key, and the key that seals notices to it."""

    mchid: str
    serial: str
    key: RSAPublicKey
    v3_key: bytes


class WeChatPayGate:
    """Admits whoever signs with a merchant's key: `Authorization: WECHATPAY2-SHA256-RSA2048 mchid="…",…`."""

    def __init__(self, merchants: Mapping[str, Merchant]) -> None:
        self._merchants = merchants
        self._nonces = NonceMemory()

    def admit(self, method: str, target: bytes, headers: Mapping[bytes, bytes], body: bytes) -> str:
        """Which merchant calls."""
        scheme, _, rest = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        said = dict(_FIELD.findall(rest))
        merchant = self._merchants.get(said.get("mchid", ""))
        if scheme != SCHEME or merchant is None or said.get("serial_no") != merchant.serial:
            raise Refused(401, "SIGN_ERROR", "商户号、证书序列号或签名方式不正确")
        timestamp, nonce = said.get("timestamp", ""), said.get("nonce_str", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13 and 0 < len(nonce) <= 64):
            raise Refused(401, "SIGN_ERROR", "签名时间戳或随机串不正确")
        now = time.time()
        if abs(now - int(timestamp)) > WINDOW_SECONDS:
            raise Refused(401, "SIGN_ERROR", "请求时间与服务器时间相差超过五分钟")
        text = request_text(method, target, timestamp.encode(), nonce.encode(), body)
        if not verifies(merchant.key, text, said.get("signature", "")):
            raise Refused(401, "SIGN_ERROR", "签名不正确")
        if not self._nonces.first_seen(f"{merchant.mchid} {nonce}".encode(), now):
            raise Refused(401, "SIGN_ERROR", "随机串已使用过")
        return merchant.mchid


class PlatformKey:
    """The provider's own key, known to merchants by `key_id` (public-key mode)."""

    def __init__(self, key: RSAPrivateKey, key_id: str) -> None:
        self._key = key
        self.key_id = key_id

    def answer_headers(self, asked: Mapping[bytes, bytes], body: bytes) -> list[Header]:
        return [(name.lower().encode(), value.encode()) for name, value in self.headers(body).items()]

    def headers(self, body: bytes, timestamp: int | None = None) -> dict[str, str]:
        moment, nonce = str(int(time.time()) if timestamp is None else timestamp), token_hex(16)
        return {
            "Wechatpay-Timestamp": moment,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": self.key_id,
            "Wechatpay-Signature-Type": SCHEME,
            "Wechatpay-Signature": self.sign(notice_text(moment.encode(), nonce.encode(), body)),
        }

    def sign(self, text: bytes) -> str:
        return b64encode(self._key.sign(text, PKCS1v15(), SHA256())).decode()


def verifies(key: RSAPublicKey, text: bytes, signature: str) -> bool:
    try:
        key.verify(b64decode(signature, validate=True), text, PKCS1v15(), SHA256())
    except (InvalidSignature, Base64Error, ValueError):
        return False
    return True
