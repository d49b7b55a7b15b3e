"""The bank's words in ours. A status that is not in a table is pending, never success or failure."""

from typing import Any, Final

from ...domain.readings import PaymentReading, PaymentStatus, RefundReading, RefundStatus
from ..reading import cents, moment, text

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


def payment_reading(data: dict[str, Any], state: str, merchant_id: str) -> PaymentReading:
    """Of an order or a notice's `data`. Raises Unreadable for a success without its facts."""
    number = text(data, "out_trade_no")
    status = PAYMENT.get(state, PaymentStatus.PENDING)
    if status is not PaymentStatus.SUCCEEDED:
        return PaymentReading(number, status)
    return PaymentReading(
        number=number,
        status=status,
        transaction_id=text(data, "transaction_id"),
        amount_cents=cents(data, "amount_cents"),
        currency=text(data, "currency"),
        merchant_id=merchant_id,
        paid_at=moment(data.get("success_time")),
    )


def refund_reading(data: dict[str, Any], status: str) -> RefundReading:
    """Of a refund or a notice's `data`."""
    return RefundReading(
        number=text(data, "out_refund_no"),
        status=REFUND.get(status, RefundStatus.PROCESSING),
        provider_refund_id=data["refund_id"] if isinstance(data.get("refund_id"), str) else None,
        amount_cents=cents(data, "refund_cents"),
        done_at=moment(data.get("success_time")),
    )
