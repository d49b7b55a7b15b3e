"""A verified notice's bytes in our words."""

from typing import Any

import orjson

from ...domain.readings import Notice
from ..reading import Unreadable, is_name, unreadable
from .mapping import payment_reading, refund_reading


def read(body: bytes) -> Notice:
    """Never raises: what is authentic is kept, whatever it says."""
    try:
        document = orjson.loads(body)
        notice_id, event, data = document["notice_id"], document["event"], document["data"]
        if not (is_name(notice_id) and is_name(event) and isinstance(data, dict)):
            raise Unreadable("envelope")
        return _known(document, notice_id, event, data, body)
    except (orjson.JSONDecodeError, KeyError, TypeError, Unreadable):
        return unreadable(body)


def _known(document: dict[str, Any], notice_id: str, event: str, data: dict[str, Any], body: bytes) -> Notice:
    if event.startswith("TRANSACTION."):
        merchant_id = document.get("merchant_id")
        if not is_name(merchant_id):
            raise Unreadable("merchant_id")
        reading = payment_reading(data, str(data.get("trade_state")), str(merchant_id))
        return Notice(notice_id, event, body, payment=reading)
    if event.startswith("REFUND."):
        return Notice(notice_id, event, body, refund=refund_reading(data, str(data.get("refund_status"))))
    return Notice(notice_id, event, body)
