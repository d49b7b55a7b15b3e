"""Orders: seen, paid, checked and opened again."""

from typing import Annotated
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.http import Caller, Router, Uow, allow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from chassis.problems import FieldError, InvalidInput
from fastapi import Depends, Query, Request, status

from ..application.handlers import UseCases
from ..application.start_attempt import Wish
from ..domain.errors import NothingToPay
from ..domain.orders import ActedBy
from ..domain.payees import Kind
from .access import PEOPLE, STAFF, is_payer, may_see, visible
from .schemas import OrderView, ReopenOrder, StartedAttempt, StartPayment, order_view, started

router = Router(prefix="/api/payments", tags=["payments"])

PayingCaller = Annotated[Caller, Depends(allow(*PEOPLE, acting=True))]
Reader = Annotated[Caller, Depends(allow(*PEOPLE, *STAFF, acting=True))]
LAST = UUID(int=2**128 - 1)


async def use_cases(request: Request) -> UseCases:  # async: FastAPI runs plain functions in a thread
    found: UseCases = request.app.state.use_cases
    return found


Use = Annotated[UseCases, Depends(use_cases)]


async def _shown(order_id: UUID, uow: UnitOfWork, caller: Caller, use: UseCases) -> OrderView:
    """The order as `caller` may see it; raises OrderNotFound."""
    row = visible(caller, await use.views.order(uow, order_id), order_id)
    return order_view(row, use.channels, for_payer=is_payer(caller, row))


def _acting(caller: Caller) -> ActedBy | None:
    """Who does it for the payer, where it is not the payer."""
    return ActedBy(caller.actor.sub, caller.actor.mandate) if caller.actor is not None else None


@router.get("/orders", summary="我的缴费订单 · Orders of a case, or all of mine")
async def list_orders(
    uow: Uow,
    caller: Reader,
    use: Use,
    case_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page[OrderView]:
    """Newest first. Officers name the case; without one, people see their own orders of all cases."""
    if case_id is not None:
        rows = [row for row in await use.views.orders_of_case(uow, case_id) if may_see(caller, row)]
        return Page(items=[order_view(row, use.channels, for_payer=is_payer(caller, row)) for row in rows])
    if not caller.has(*PEOPLE):
        raise InvalidInput(
            "请用 case_id 指明办件。",
            "Name the case by case_id.",
            errors=[FieldError("case_id", "必填", "required for staff")],
        )
    before = (decode_cursor(cursor, UUID) or (LAST,))[0]
    rows = list(await use.views.orders_of_applicant(uow, caller.account_id, before, limit + 1))
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    # Whoever acts within limits may get shorter pages.
    shown = [order_view(row, use.channels, for_payer=True) for row in rows[:limit] if is_payer(caller, row)]
    return Page(items=shown, next=more)


@router.get("/orders/{order_id}", summary="缴费订单 · One order")
async def read_order(order_id: UUID, uow: Uow, caller: Reader, use: Use) -> OrderView:
    return await _shown(order_id, uow, caller, use)


@router.post("/orders/{order_id}/attempts", summary="去支付 · Pay", status_code=status.HTTP_201_CREATED)
@requires_idempotency_key
async def start_attempt(
    order_id: UUID, body: StartPayment, uow: Uow, caller: PayingCaller, use: Use, request: Request
) -> StartedAttempt:
    """Gives what to pay with. Repeating is safe: one order has one live attempt a channel and scene.

    503 with `Retry-After` when the bank does not answer; the order stays as it is.
    """
    # A repeated key finds the live link, or fails, and then gets its first answer.
    if caller.actor is not None:
        visible(caller, await use.views.order(uow, order_id), order_id)
        await uow.release()
    return await pay(order_id, body, uow, caller, use, request)


async def pay(
    order_id: UUID, body: StartPayment, uow: UnitOfWork, caller: Caller, use: UseCases, request: Request
) -> StartedAttempt:
    """Starts an attempt for the payer, or for whom the caller acts; they may see the order."""
    if caller.actor is not None:
        facts = {"order": str(order_id), "mandate": str(caller.actor.mandate)}
        uow.audit("payment.pay_for", actor=str(caller.actor.sub), subject=str(caller.account_id), facts=facts)
    ip = request.client.host if request.client else "127.0.0.1"
    wish = Wish(order_id, caller.account_id, body.channel, body.scene, ip, _acting(caller))
    return started(order_id, *await use.start_attempt(wish, request.app.state.service.begin, uow))


@router.post("/orders/{order_id}/check", summary="立即与银行核对 · Check with the bank now")
async def check_order(order_id: UUID, uow: Uow, caller: Reader, use: Use, request: Request) -> OrderView:
    """Asks the bank about every attempt and refund that is not final, then shows the order.

    At most once in two seconds an order; sooner, it is shown as it is.
    """
    visible(caller, await use.views.order(uow, order_id), order_id)
    await uow.release()  # the bank may take seconds, and connections are few
    await use.check_order(order_id, request.app.state.service.begin)
    return await _shown(order_id, uow, caller, use)


@router.post(
    "/cases/{case_id}/orders", summary="重新发起缴费 · Open a new order", status_code=status.HTTP_201_CREATED
)
@requires_idempotency_key
async def open_again(
    case_id: UUID, uow: Uow, caller: PayingCaller, use: Use, body: ReopenOrder | None = None
) -> OrderView:
    """After the last order expired. 409 while one is live, or when the case owes nothing any more."""
    if caller.actor is not None:
        rows = await use.views.orders_of_case(uow, case_id)
        if not any(may_see(caller, row) for row in rows):
            raise NothingToPay(case_id)
    kind = body.kind if body else Kind.FEE
    order_id = await use.open_order.again(case_id, kind, caller.account_id, uow, _acting(caller))
    return await _shown(order_id, uow, caller, use)
