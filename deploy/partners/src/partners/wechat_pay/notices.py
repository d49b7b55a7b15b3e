"""Notices: sealed to the merchant when they are made, signed anew in each attempt, now and then only a probe."""

from base64 import b64encode
from collections.abc import Mapping
from secrets import token_hex
from time import time
from uuid import uuid4

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..acquirer.books import Row
from ..acquirer.documents import Capture, Told
from ..clock import now_ms
from ..edge import Document
from ..faults import FaultBoard
from ..notices.book import Notice
from ..notices.postman import Letter
from ..notices.signed import RETRY_SECONDS, STALE_SECONDS
from .documents import STATE_WORDS, paid_part, refund_document, seconds
from .signing import Merchant, PlatformKey

_JSON = {"Content-Type": "application/json", "Accept": "*/*", "User-Agent": "Mozilla/4.0"}


class WeChatPayDialect:
    """Implements `acquirer.documents.Dialect`."""

    def __init__(self, appid: str, merchants: Mapping[str, Merchant]) -> None:
        self._appid = appid
        self._merchants = merchants

    def captured(self, capture: Capture) -> Told:
        order = capture.order
        plain: Document = {
            "mchid": capture.merchant,
            "appid": self._appid,
            "out_trade_no": order["out_trade_no"],
            "trade_state": "SUCCESS",
            "trade_state_desc": STATE_WORDS["SUCCESS"],
        }
        plain |= paid_part(order, capture.transaction_id, capture.amount_cents, capture.captured_at)
        return self._told("TRANSACTION.SUCCESS", "transaction", "支付成功", order["merchant"], plain)

    def refunded(self, order: Row, refund: Row) -> Told:
        plain = refund_document(refund)
        plain |= {"mchid": order["merchant"], "refund_status": plain.pop("status")}
        for name in ("channel", "create_time"):
            plain.pop(name)
        return self._told(f"REFUND.{refund['status']}", "refund", "退款结果", order["merchant"], plain)

    def _told(self, event: str, original: str, summary: str, merchant: str, plain: Document) -> Told:
        notice_id, nonce = str(uuid4()), token_hex(6)
        sealed = AESGCM(self._merchants[merchant].v3_key).encrypt(
            nonce.encode(), orjson.dumps(plain), original.encode()
        )
        body = {
            "id": notice_id,
            "create_time": seconds(now_ms()),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": summary,
            "resource": {
                "original_type": original,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": b64encode(sealed).decode(),
                "associated_data": original,
                "nonce": nonce,
            },
        }
        return Told(notice_id, orjson.dumps(body))


class WeChatPaySender:
    """Implements `notices.postman.Sender`. Acknowledged by 200 or 204, whatever the body."""

    retry_seconds = RETRY_SECONDS

    def __init__(self, key: PlatformKey, board: FaultBoard) -> None:
        self._key = key
        self._board = board
        self._stranger = PlatformKey(generate_private_key(65537, 2048), key.key_id)

    def letter(self, notice: Notice, sent: str) -> Letter:
        signer = self._stranger if sent == "forged" else self._key
        headers = signer.headers(notice.body, int(time()) - (STALE_SECONDS if sent == "stale" else 0))
        if sent == "genuine" and self._board.of("wechat_pay").take("probe_next"):
            # So the provider finds out whether a merchant verifies at all: it must be refused.
            headers["Wechatpay-Signature"] = f"WECHATPAY/SIGNTEST/{headers['Wechatpay-Signature']}"
        return Letter(notice.url, notice.body, {**_JSON, **headers})

    def is_ack(self, status: int, answer: bytes) -> bool:
        return status in (200, 204)
