"""News of money: paid moves the case on; everything else is told in its history."""

from chassis.db import UnitOfWork
from contracts.payment import OrderExpired, OrderPaid, RefundSucceeded

from ..domain import fulfilment
from ..domain.errors import CaseNotFound
from ..domain.states import State
from .desk import Desk
from .record_move import record


async def settle_paid_order(desk: Desk, uow: UnitOfWork, order: OrderPaid) -> None:
    """Money for a case that no longer waits for it is noted; payment-svc refunds it."""
    case = await desk.cases.load(uow, order.case_id, for_update=True)
    if case is None:
        raise CaseNotFound
    if case.state is not State.AWAITING_PAYMENT:
        facts = {"order_id": str(order.order_id), "amount_cents": order.amount_cents}
        desk.history.note(uow, case.id, "payment_not_needed", order.paid_at, facts)
        return
    around = await desk.around(uow, case)
    moved = fulfilment.pay(case, around, order_id=order.order_id, amount_cents=order.amount_cents)
    await record(desk, uow, moved, around)


async def note_expired_order(desk: Desk, uow: UnitOfWork, order: OrderExpired) -> None:
    facts = {"order_id": str(order.order_id), "amount_cents": order.amount_cents}
    desk.history.note(uow, order.case_id, "order_expired", order.occurred_at, facts)


async def note_refund(desk: Desk, uow: UnitOfWork, refund: RefundSucceeded) -> None:
    facts = {
        "order_id": str(refund.order_id),
        "refund_id": str(refund.refund_id),
        "amount_cents": refund.amount_cents,
    }
    desk.history.note(uow, refund.case_id, "refunded", refund.occurred_at, facts)
