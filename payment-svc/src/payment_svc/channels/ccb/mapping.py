"""CCB's words in ours. A status that is not in a table is pending, never success or failure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from chassis.clock import SHANGHAI

from ...domain.readings import PaymentReading, PaymentStatus, RefundReading, RefundStatus
from ..reading import Unreadable, text

PAYMENT: Final = {
    "NOTPAY": PaymentStatus.PENDING,
    "USERPAYING": PaymentStatus.PENDING,
    "SUCCESS": PaymentStatus.SUCCEEDED,
    "CLOSED": PaymentStatus.CLOSED,
}
REFUND: Final = {
    "PROCESSING": RefundStatus.PROCESSING,
    "SUCCESS": RefundStatus.SUCCEEDED,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.ABNORMAL,
}
_YUAN: Final = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH: Final = 25
_TIME: Final = "%Y%m%d%H%M%S"


def order_id_of(number: str) -> str:
    """ORDERID has room for 30 characters, our number has 32: the same number, to the base 36."""
    rest, digits = int(number, 16), ""
    while rest:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return digits.rjust(_LENGTH, "0")


def number_of_order(order_id: str) -> str:
    """Our number behind an ORDERID; one that we never made stays as it is."""
    if len(order_id) != _LENGTH or not set(order_id) <= set(_DIGITS):
        return order_id
    value = int(order_id, 36)
    return f"{value:032x}" if value < 2**128 else order_id


def merchant_of(pos: str, branch: str) -> str:
    """The counter whose money it is: a notice names no merchant."""
    return f"{pos}/{branch}"


def payment_reading(facts: Mapping[str, Any], status: PaymentStatus, paid_at: str = "") -> PaymentReading:
    """Of a notice or an answer. CCB has no number of its own for a payment: an order is paid once."""
    data = dict(facts)
    order_id = text(data, "ORDERID")
    number = number_of_order(order_id)
    if status is not PaymentStatus.SUCCEEDED:
        return PaymentReading(number, status)
    currency = text(data, "CURCODE")
    return PaymentReading(
        number=number,
        status=status,
        transaction_id=order_id,
        amount_cents=fen(data, "PAYMENT"),
        currency="CNY" if currency == "01" else currency,
        merchant_id=merchant_of(text(data, "POSID"), text(data, "BRANCHID")),
        paid_at=moment(data.get(paid_at)),
    )


def refund_reading(data: Mapping[str, Any]) -> RefundReading:
    facts = dict(data)
    return RefundReading(
        number=text(facts, "REFUND_NO"),
        status=REFUND.get(str(facts.get("STATUS")), RefundStatus.PROCESSING),
        amount_cents=fen(facts, "MONEY"),
        done_at=moment(facts.get("DONE_AT")),
    )


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
    try:
        return datetime.strptime(str(value), _TIME).replace(tzinfo=SHANGHAI).astimezone(UTC)
    except ValueError:
        return None
