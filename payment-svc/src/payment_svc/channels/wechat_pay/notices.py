"""A verified notice in our words. Kept are the bytes as they came: sealed to us by the provider."""

import base64
import binascii
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...domain.readings import Notice
from ..reading import Unreadable, is_name, part, unreadable
from .mapping import payment_reading, refund_reading


class NoticeReader:
    """`v3_key` is the merchant's APIv3 key: 32 characters whose bytes are the AES key."""

    def __init__(self, v3_key: bytes) -> None:
        if len(v3_key) != 32:
            raise ValueError("a WeChat Pay APIv3 key has 32 characters")
        self._key = AESGCM(v3_key)

    def read(self, body: bytes) -> Notice:
        """Never raises: what is authentic is kept, whatever it says."""
        try:
            document = orjson.loads(body)
            if not isinstance(document, dict):
                raise Unreadable("envelope")
            notice_id, event = document.get("id"), document.get("event_type")
            if not (is_name(notice_id) and is_name(event)):
                raise Unreadable("envelope")
            return self._known(str(notice_id), str(event), document, body)
        except (orjson.JSONDecodeError, Unreadable):
            return unreadable(body)

    def _known(self, notice_id: str, event: str, document: dict[str, Any], body: bytes) -> Notice:
        if event.startswith("TRANSACTION."):
            return Notice(notice_id, event, body, payment=payment_reading(self._opened(document)))
        if event.startswith("REFUND."):
            plain = self._opened(document)
            return Notice(notice_id, event, body, refund=refund_reading(plain, plain.get("refund_status")))
        return Notice(notice_id, event, body)

    def _opened(self, document: dict[str, Any]) -> dict[str, Any]:
        """The nonce is text, not base64; `associated_data` may be empty."""
        resource = part(document, "resource")
        try:
            plain = self._key.decrypt(
                resource["nonce"].encode(),
                base64.b64decode(resource["ciphertext"], validate=True),
                (resource.get("associated_data") or "").encode(),
            )
            opened = orjson.loads(plain)
        except (KeyError, AttributeError, TypeError, binascii.Error, ValueError, InvalidTag) as error:
            raise Unreadable("resource") from error
        if not isinstance(opened, dict):
            raise Unreadable("resource")
        return opened
