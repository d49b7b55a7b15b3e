"""Staff give money back, and approve what colleagues ask for above the limit."""

from typing import Annotated
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.http import Caller, Router, Uow, allow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query, status

from ..application.give_back import Ask
from ..domain.errors import RefundNotFound
from .access import may_decide, visible
from .orders import Use
from .schemas import GiveBackBody, RefundView, refund_view

router = Router(prefix="/api/payments", tags=["payments"])

Giver = Annotated[Caller, Depends(allow(Role.OFFICER, Role.SUPERVISOR))]
Approver = Annotated[Caller, Depends(allow(Role.SUPERVISOR))]
FIRST = UUID(int=0)


@router.post(
    "/orders/{order_id}/refunds", summary="退还费用 · Give money back", status_code=status.HTTP_201_CREATED
)
@requires_idempotency_key
async def give_back(order_id: UUID, body: GiveBackBody, uow: Uow, caller: Giver, use: Use) -> RefundView:
    """Some or all of what a paid order was paid with, by the unit it belongs to. From a configured sum on it waits
    until another supervisor approves (`awaiting_approval`); below, it is under way at once. All of it ends the order.
    """
    visible(caller, await use.views.order(uow, order_id), order_id)
    ask = Ask(order_id, body.amount_cents, body.reason, caller.account_id)
    refund_id = await use.give_back.ask(ask, uow)
    await uow.flush()
    return await _shown(refund_id, uow, use)


@router.get("/refunds/waiting", summary="待审批退款 · Refunds that await approval")
async def list_waiting(
    uow: Uow,
    caller: Approver,
    use: Use,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[RefundView]:
    """Oldest first: of the supervisor's unit, or at the city unit of the department."""
    after = (decode_cursor(cursor, UUID) or (FIRST,))[0]
    unit = None if caller.claims.leads_department else caller.claims.unit or ""
    rows = await use.views.refunds_waiting(uow, after, limit + 1, caller.claims.department or "", unit)
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[refund_view(row, for_staff=True) for row in rows[:limit]], next=more)


@router.post("/refunds/{refund_id}/approve", summary="批准退款 · Approve a refund")
@requires_idempotency_key
async def approve_refund(refund_id: UUID, uow: Uow, caller: Approver, use: Use) -> RefundView:
    """By another than who asked; then it is under way. 409 when it does not wait any more."""
    await _may_decide(refund_id, uow, caller, use)
    await use.give_back.approve(refund_id, caller.account_id, uow)
    await uow.flush()
    return await _shown(refund_id, uow, use)


@router.post("/refunds/{refund_id}/decline", summary="不予退款 · Decline a refund")
@requires_idempotency_key
async def decline_refund(refund_id: UUID, uow: Uow, caller: Approver, use: Use) -> RefundView:
    """By another than who asked; the money stays where it is. 409 when it does not wait any more."""
    await _may_decide(refund_id, uow, caller, use)
    await use.give_back.decline(refund_id, caller.account_id, uow)
    await uow.flush()
    return await _shown(refund_id, uow, use)


async def _may_decide(refund_id: UUID, uow: UnitOfWork, caller: Caller, use: Use) -> None:
    row = await use.views.refund(uow, refund_id)
    if row is None or not may_decide(caller, row):
        raise RefundNotFound(refund_id)


async def _shown(refund_id: UUID, uow: UnitOfWork, use: Use) -> RefundView:
    row = await use.views.refund(uow, refund_id)
    assert row is not None
    return refund_view(row, for_staff=True)
