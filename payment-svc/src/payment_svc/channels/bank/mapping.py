"""The bank's words in ours. A status that is not in a table is pending, never success or failure."""

from datetime import UTC, datetime
from typing import Any, Final

from ...domain.readings import PaymentReading, PaymentStatus, RefundReading, RefundStatus

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
    "CLOSED": RefundStatus.ABNORMAL,  # ended without the payer having the money: a person must look
}


class Unreadable(ValueError):
    """An authentic document lacks what it must have."""


def payment_reading(data: dict[str, Any], state: str, merchant_id: str) -> PaymentReading:
    """Of an order or a notice's `data`. Raises Unreadable for a success without its facts."""
    number = _text(data, "out_trade_no")
    status = PAYMENT.get(state, PaymentStatus.PENDING)
    if status is not PaymentStatus.SUCCEEDED:
        return PaymentReading(number, status)
    return PaymentReading(
        number=number,
        status=status,
        transaction_id=_text(data, "transaction_id"),
        amount_cents=_amount(data, "amount_cents"),
        currency=_text(data, "currency"),
        merchant_id=merchant_id,
        paid_at=_time(data.get("success_time")),
    )


def refund_reading(data: dict[str, Any], status: str) -> RefundReading:
    """Of a refund or a notice's `data`."""
    return RefundReading(
        number=_text(data, "out_refund_no"),
        status=REFUND.get(status, RefundStatus.PROCESSING),
        provider_refund_id=data["refund_id"] if isinstance(data.get("refund_id"), str) else None,
        amount_cents=_amount(data, "refund_cents"),
        done_at=_time(data.get("success_time")),
    )


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 128 or "\x00" in value:
        raise Unreadable(name)
    return value


def _amount(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise Unreadable(name)
    return value


def _time(value: object) -> datetime | None:
    """The provider's clock; without an offset, or not a time, it is not taken."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
