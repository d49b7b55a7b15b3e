"""A notice's form in our words. Its text is in the charset that it names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import unquote_to_bytes

from ...domain.readings import Notice
from ..authentic import NotAuthentic
from ..reading import Unreadable, is_name, text, unreadable
from .mapping import merchant_of, moment, payment_reading

WINDOW: Final = timedelta(minutes=5)
_CHARSETS: Final = {"utf-8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030", "gb18030": "gb18030"}
_OF_REFUNDS: Final = ("out_biz_no", "refund_fee", "gmt_refund")


def fields_of(body: bytes) -> dict[bytes, bytes]:
    """The form, decoded once. Raises NotAuthentic where a name stands twice: which one was signed is anyone's guess."""
    fields: dict[bytes, bytes] = {}
    for part in body.split(b"&"):
        name, _, value = (unquote_to_bytes(one.replace(b"+", b" ")) for one in part.partition(b"="))
        if name in fields:
            raise NotAuthentic("malformed")
        fields[name] = value
    return fields


def read(body: bytes, now: datetime) -> Notice:
    """Never raises: what is authentic is kept, whatever it says.

    The time of sending stands in no header but among the signed fields, and a resend may carry that of the first: an
    old notice is no forgery, yet no proof of today either. It needs a query.
    """
    try:
        facts = _decoded(fields_of(body))
        notice_id, status = facts.get("notify_id"), facts.get("trade_status")
        if not (is_name(notice_id) and is_name(status)):
            raise Unreadable("notify_id")
        if any(facts.get(name) for name in _OF_REFUNDS):
            # A refund is told with the trade's status: paid, once more, or closed. The refund's own answer counts.
            return Notice(str(notice_id), f"{status} refund", body)
        merchant = merchant_of(text(facts, "seller_id"), text(facts, "app_id"))
        reading = payment_reading(facts, merchant, "gmt_payment")
    except (NotAuthentic, Unreadable):
        return unreadable(body)
    sent_at = moment(facts.get("notify_time"))
    is_fresh = sent_at is not None and abs(now - sent_at) <= WINDOW
    return Notice(str(notice_id), str(status), body, payment=reading, needs_query=not is_fresh)


def _decoded(fields: Mapping[bytes, bytes]) -> dict[str, str]:
    charset = _CHARSETS.get(fields.get(b"charset", b"utf-8").decode("latin-1").lower())
    if charset is None:
        raise Unreadable("charset")
    try:
        return {name.decode(charset): value.decode(charset) for name, value in fields.items()}
    except UnicodeDecodeError as error:
        raise Unreadable("charset") from error
