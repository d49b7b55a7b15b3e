"""Refunds, and what operators watch over: anomalies and balances."""

from typing import Annotated, Literal
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query

from .access import PEOPLE
from .orders import LAST, Use
from .schemas import Anomaly, Balances, OrderView, RefundView, anomaly, order_view, refund_view

router = Router(prefix="/api/payments", tags=["payments"])

Cursor = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=100)]
Operator = Annotated[Caller, Depends(allow(Role.OPERATOR))]
RefundReader = Annotated[Caller, Depends(allow(*PEOPLE, Role.SUPERVISOR, Role.OPERATOR))]
FIRST = UUID(int=0)


@router.get("/refunds", summary="退款 · Refunds")
async def list_refunds(
    uow: Uow, caller: RefundReader, use: Use, cursor: Cursor = None, limit: Limit = 20
) -> Page[RefundView]:
    """Newest first: an operator sees all, a supervisor the unit's, or at the city unit the department's, a person their
    own.
    """
    before = (decode_cursor(cursor, UUID) or (LAST,))[0]
    if caller.has(Role.OPERATOR):
        rows = await use.views.refunds(uow, before, limit + 1)
    elif caller.has(Role.SUPERVISOR):
        unit = None if caller.claims.leads_department else caller.claims.unit or ""
        department = caller.claims.department or ""
        rows = await use.views.refunds(uow, before, limit + 1, department=department, unit=unit)
    else:
        rows = await use.views.refunds(uow, before, limit + 1, applicant_id=caller.account_id)
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    for_staff = not caller.has(*PEOPLE)
    return Page(items=[refund_view(row, for_staff=for_staff) for row in rows[:limit]], next=more)


@router.get("/anomalies", summary="异常 · What a person must look at")
async def list_anomalies(
    uow: Uow,
    _: Operator,
    use: Use,
    kind: Literal["held", "notice", "refund", "receipt", "parity", "bill"] = "held",
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[Anomaly]:
    """Oldest first. `held`: money with a wrong amount, currency or payee; `notice`: authentic notices that
    fit nothing or contradict what was booked; `refund`: the channel could not pay back; `receipt`: the fiscal platform
    would not issue one, and is asked again; `parity`: the nightly comparison found two sides apart, see
    `/api/payments/parity`; `bill`: a provider's bill is not as we booked, see `/api/payments/bills/differences`. Of
    `notice`, an `unconfirmed` one waits for the provider's own word, longer than it should.
    """
    after = (decode_cursor(cursor, UUID) or (FIRST,))[0]
    rows = await use.views.anomalies(uow, kind, after, limit + 1)
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[anomaly(kind, row) for row in rows[:limit]], next=more)


@router.post("/anomalies/{capture_id}/refund", summary="退回异常款项 · Send held money back")
@requires_idempotency_key
async def refund_held(capture_id: UUID, uow: Uow, operator: Operator, use: Use) -> OrderView:
    """Ends an anomaly of kind `held` by returning the money to its payer; 409 when not held any more, or asked for
    before. From a configured sum on the refund waits until a supervisor of the order's unit approves it, see
    `/api/payments/refunds/waiting`.
    """
    order_id = await use.return_money.held_by_decision(capture_id, operator.account_id, uow)
    row = await use.views.order(uow, order_id)
    assert row is not None
    return order_view(row, use.channels)


@router.get("/balances", summary="资金平衡 · Where all money stands")
async def balances(uow: Uow, _: Operator, use: Use) -> Balances:
    """Added up from the whole ledger each time: a quarter of a second over a million cases."""
    of = await use.views.balances(uow)
    stands = {name: of.get(name, 0) for name in ("applied", "held", "refund_due", "refunded")}
    money_in = -of.get("bank", 0)
    return Balances(
        money_in_cents=money_in,
        balanced=money_in == sum(stands.values()) and min(stands.values()) >= 0,
        **{f"{name}_cents": cents for name, cents in stands.items()},
    )
