"""News of money: paid moves the case on; everything else is told in its history."""

from dataclasses import replace

from contracts.payment import OrderExpired, OrderPaid, ReceiptIssued, RefundSucceeded

from ..domain import fulfilment
from ..domain.case import Case, Circumstances, Moved, Note
from ..domain.people import SYSTEM
from ..domain.states import State


def settle_paid_order(case: Case, around: Circumstances, order: OrderPaid) -> Moved | Note | None:
    """Money for a case that no longer waits for it is noted; payment-svc refunds it.

    None: this order paid the case before. payment-svc tells it again where it is in doubt that we heard.
    """
    if case.order_id == order.order_id:
        return None
    by = replace(SYSTEM, acted_by=order.acted_by, mandate_id=order.mandate_id)
    facts = {"order_id": str(order.order_id), "amount_cents": order.amount_cents} | by.facts
    if order.kind == "postage":
        return Note(case.id, "postage_paid", order.paid_at, facts)  # moves the parcel, not the case
    if case.state is not State.AWAITING_PAYMENT:
        return Note(case.id, "payment_not_needed", order.paid_at, facts)
    return fulfilment.pay(
        case,
        around,
        by,
        order_id=order.order_id,
        amount_cents=order.amount_cents,
        booked_at=order.occurred_at,
    )


def note_expired_order(case: Case, around: Circumstances, order: OrderExpired) -> Note:
    facts = {"order_id": str(order.order_id), "amount_cents": order.amount_cents, "kind": order.kind}
    return Note(case.id, "order_expired", order.occurred_at, facts)


def note_refund(case: Case, around: Circumstances, refund: RefundSucceeded) -> Note:
    facts = {
        "order_id": str(refund.order_id),
        "refund_id": str(refund.refund_id),
        "amount_cents": refund.amount_cents,
    }
    return Note(case.id, "refunded", refund.occurred_at, facts)


def note_receipt(case: Case, around: Circumstances, receipt: ReceiptIssued) -> Note:
    facts = {
        "order_id": str(receipt.order_id),
        "receipt_id": str(receipt.receipt_id),
        "amount_cents": receipt.amount_cents,
    }
    about = "receipt_issued" if receipt.kind == "blue" else "receipt_reversed"
    return Note(case.id, about, receipt.issued_at, facts)
