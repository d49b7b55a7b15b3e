"""Alipay's words in ours. A status that is not in the table is pending, never success or failure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from chassis.clock import SHANGHAI

from ...domain.readings import PaymentReading, PaymentStatus
from ..reading import Unreadable, text

PAYMENT: Final = {
    "WAIT_BUYER_PAY": PaymentStatus.PENDING,
    "TRADE_SUCCESS": PaymentStatus.SUCCEEDED,
    "TRADE_FINISHED": PaymentStatus.SUCCEEDED,  # said again, when the time for refunds is over
    "TRADE_CLOSED": PaymentStatus.CLOSED,  # not paid in time, or all of it given back
}
CURRENCY: Final = "CNY"
_YUAN: Final = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_TIME: Final = "%Y-%m-%d %H:%M:%S"


def payment_reading(data: Mapping[str, Any], merchant_id: str, paid_at: str) -> PaymentReading:
    """Of an answer or a notice; `paid_at` is its name for the time. Raises Unreadable for a success without facts."""
    facts = dict(data)
    number = text(facts, "out_trade_no")
    status = PAYMENT.get(str(facts.get("trade_status")), PaymentStatus.PENDING)
    if status is not PaymentStatus.SUCCEEDED:
        return PaymentReading(number, status)
    return PaymentReading(
        number=number,
        status=status,
        transaction_id=text(facts, "trade_no"),
        amount_cents=fen(facts, "total_amount"),
        currency=CURRENCY,
        merchant_id=merchant_id,
        paid_at=moment(facts.get(paid_at)),
    )


def merchant_of(seller_id: str, app_id: str) -> str:
    """Whose money it is and by which application: both must be ours."""
    return f"{seller_id}/{app_id}"


def yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def fen(data: Mapping[str, Any], name: str) -> int:
    """Of yuan as text: exact, or Unreadable."""
    value = data.get(name)
    if not isinstance(value, str) or not _YUAN.fullmatch(value) or not (cents := int(Decimal(value) * 100)):
        raise Unreadable(name)
    return cents


def beijing(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime(_TIME)


def moment(value: object) -> datetime | None:
    """Of Beijing's clock; what is no time is not taken."""
    try:
        return datetime.strptime(str(value)[:19], _TIME).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        return None
