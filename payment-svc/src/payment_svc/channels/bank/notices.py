"""A verified notice's bytes in our words."""

import hashlib
from typing import Any

import orjson

from ...domain.readings import Notice
from .mapping import Unreadable, payment_reading, refund_reading


def read(body: bytes) -> Notice:
    """Never raises: what is authentic is kept, whatever it says."""
    try:
        document = orjson.loads(body)
        notice_id, event, data = document["notice_id"], document["event"], document["data"]
        if not (_is_name(notice_id) and _is_name(event) and isinstance(data, dict)):
            raise Unreadable("envelope")
        return _known(document, notice_id, event, data, body)
    except (orjson.JSONDecodeError, KeyError, TypeError, Unreadable):
        # Kept under its hash, so that its repeats are recognised all the same.
        return Notice(f"sha256:{hashlib.sha256(body).hexdigest()}", "unreadable", body, readable=False)


def _known(document: dict[str, Any], notice_id: str, event: str, data: dict[str, Any], body: bytes) -> Notice:
    if event.startswith("TRANSACTION."):
        merchant_id = document.get("merchant_id")
        if not _is_name(merchant_id):
            raise Unreadable("merchant_id")
        reading = payment_reading(data, str(data.get("trade_state")), str(merchant_id))
        return Notice(notice_id, event, body, payment=reading)
    if event.startswith("REFUND."):
        return Notice(notice_id, event, body, refund=refund_reading(data, str(data.get("refund_status"))))
    return Notice(notice_id, event, body)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 128 and value.isprintable()
