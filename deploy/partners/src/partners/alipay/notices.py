"""How Alipay sends: a form, signed anew for every attempt, acknowledged by the seven letters `success`."""

from time import time
from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from ..faults import FaultBoard
from ..notices.book import Notice
from ..notices.postman import Letter
from .documents import beijing
from .signing import notice_text, sign

_MINUTE, _HOUR, STALE_SECONDS = 60, 3600, 600


class AlipaySender:
    """Implements `notices.postman.Sender`. `notify_id` stays, `notify_time` is that of the attempt."""

    retry_seconds = (
        4 * _MINUTE,
        10 * _MINUTE,
        10 * _MINUTE,
        _HOUR,
        2 * _HOUR,
        6 * _HOUR,
        15 * _HOUR,
    )

    def __init__(self, key: RSAPrivateKey, board: FaultBoard) -> None:
        self._key = key
        self._board = board
        self._stranger: RSAPrivateKey | None = None

    def letter(self, notice: Notice, sent: str) -> Letter:
        at = time() - (STALE_SECONDS if sent == "stale" else 0)
        charset = "GBK" if self._board.of("alipay").take("gbk_next") else "utf-8"
        fields: dict[str, str] = orjson.loads(notice.body)
        fields |= {"notify_time": beijing(round(at * 1000)), "charset": charset}
        signature = sign(self._key_of(sent), notice_text(fields).encode(charset, "replace"))
        fields |= {"sign_type": "RSA2", "sign": signature}
        body = urlencode(fields, encoding=charset, errors="replace").encode()
        headers = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
        return Letter(notice.url, body, headers)

    def is_ack(self, status: int, answer: bytes) -> bool:
        return status == 200 and answer == b"success"

    def _key_of(self, sent: str) -> RSAPrivateKey:
        if sent != "forged":
            return self._key
        self._stranger = self._stranger or generate_private_key(65537, 2048)
        return self._stranger
