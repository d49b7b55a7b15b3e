"""WeChat Pay's words in ours. A status that is not in a table is pending, never success or failure."""

from typing import Any, Final

from ...domain.readings import PaymentReading, PaymentStatus, RefundReading, RefundStatus
from ..reading import cents, moment, part, text

PAYMENT: Final = {
    "NOTPAY": PaymentStatus.PENDING,
    "USERPAYING": PaymentStatus.PENDING,
    "PAYERROR": PaymentStatus.PENDING,  # the payer may try again under the same number
    "SUCCESS": PaymentStatus.SUCCEEDED,
    "REFUND": PaymentStatus.SUCCEEDED,  # it was paid, and some of it went back: what did is the refund's story
    "CLOSED": PaymentStatus.CLOSED,
    "REVOKED": PaymentStatus.CLOSED,
}

REFUND: Final = {
    "PROCESSING": RefundStatus.PROCESSING,
    "SUCCESS": RefundStatus.SUCCEEDED,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.ABNORMAL,  # ended without the payer having the money: a person must look
}


def payment_reading(data: dict[str, Any]) -> PaymentReading:
    """Of an order as queried, or of a notice's plain text. Raises Unreadable for a success without its facts."""
    number, state = text(data, "out_trade_no"), data.get("trade_state")
    status = PAYMENT.get(state, PaymentStatus.PENDING) if isinstance(state, str) else PaymentStatus.PENDING
    if status is not PaymentStatus.SUCCEEDED:
        return PaymentReading(number, status)
    amount = part(data, "amount")
    return PaymentReading(
        number=number,
        status=status,
        transaction_id=text(data, "transaction_id"),
        amount_cents=cents(amount, "total"),
        currency=text(amount, "currency"),
        merchant_id=text(data, "mchid"),
        paid_at=moment(data.get("success_time")),
    )


def refund_reading(data: dict[str, Any], status: object) -> RefundReading:
    """Of a refund as answered (`status`), or of a notice's plain text (`refund_status`)."""
    known = REFUND.get(status) if isinstance(status, str) else None
    return RefundReading(
        number=text(data, "out_refund_no"),
        status=known or RefundStatus.PROCESSING,
        provider_refund_id=data["refund_id"] if isinstance(data.get("refund_id"), str) else None,
        amount_cents=cents(part(data, "amount"), "refund"),
        done_at=moment(data.get("success_time")),
    )
