"""The desk where bills and our books are made to agree: for operators."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.http import Router, Uow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from fastapi import Depends, Path, Query, Request, status
from starlette.responses import StreamingResponse

from ...application.bill_desk import BillDesk
from ...domain.bill_errors import BillDifferenceNotFound, BillNotFound
from ...domain.bills import OPEN_ONES, Decision, Standing
from ...domain.payees import Payee
from ..money import FIRST, Cursor, Limit, Operator
from . import sheet
from .views import (
    ApproveBillDecision,
    BillAsked,
    BillDifference,
    BillView,
    DecideBillDifference,
    Kind,
    ProviderAsked,
    bill_view,
    difference_view,
)

router = Router(prefix="/api/payments/bills", tags=["payments"])

Day = Annotated[date, Path(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
Channel = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
OfDay = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
OfChannel = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


async def desk_of(request: Request) -> BillDesk:  # async: FastAPI runs plain functions in a thread
    found: BillDesk = request.app.state.service.state.bills
    return found


Desk = Annotated[BillDesk, Depends(desk_of)]


@router.get("", summary="账单日历 · Bills by day")
async def list_bills(
    uow: Uow, _: Operator, desk: Desk, channel: OfChannel = None, day: OfDay = None, cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BillView]:  # fmt: skip
    """Newest first, one of each channel and account: what it sums up to, what we have, and what differs."""
    before = decode_cursor(cursor, date, UUID)
    rows = await desk.views.days(uow, (before[0], before[1]) if before else None, limit + 1, channel, day)
    more = encode_cursor(rows[limit - 1]["day"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[bill_view(row) for row in rows[:limit]], next=more)


@router.get("/differences", summary="对账差异 · What differs")
async def list_bill_differences(
    uow: Uow,
    _: Operator,
    desk: Desk,
    state: Annotated[
        Literal["waiting", "decided", "resolved", "all"],
        Query(description="waiting: open, carried over or to be approved"),
    ] = "waiting",
    channel: OfChannel = None,
    day: OfDay = None,
    kind: Kind | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BillDifference]:
    """Oldest first, with both sides and what may be decided."""
    after = (decode_cursor(cursor, UUID) or (FIRST,))[0]
    states = {"waiting": list(OPEN_ONES), "all": list(Standing)}.get(state) or [Standing(state)]
    rows = await desk.views.differences(
        uow, after, limit + 1, channel=channel, day=day, kind=kind, states=states
    )
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[difference_view(row, desk.difference_of(row)) for row in rows[:limit]], next=more)


@router.get("/differences/{difference_id}", summary="一条对账差异 · One difference")
async def read_bill_difference(difference_id: UUID, uow: Uow, _: Operator, desk: Desk) -> BillDifference:
    return await _shown(difference_id, uow, desk)


@router.post("/differences/{difference_id}/decision", summary="处理对账差异 · Decide about a difference")
@requires_idempotency_key
async def decide_bill_difference(
    difference_id: UUID, body: DecideBillDifference, uow: Uow, operator: Operator, desk: Desk
) -> BillDifference:
    """Who, when and why are kept. Where money moves, from a configured sum on, it waits for another operator."""
    await desk.decide.decide(difference_id, Decision(body.decision), body.note, operator.account_id, uow)
    await uow.flush()
    return await _shown(difference_id, uow, desk)


@router.post(
    "/differences/{difference_id}/approval", summary="批准差异处理 · Approve a decision, or decline it"
)
@requires_idempotency_key
async def approve_bill_decision(
    difference_id: UUID, body: ApproveBillDecision, uow: Uow, operator: Operator, desk: Desk
) -> BillDifference:
    """By another operator than who decided; 409 when nothing waits any more."""
    act = desk.decide.approve if body.approve else desk.decide.decline
    await act(difference_id, operator.account_id, uow)
    await uow.flush()
    return await _shown(difference_id, uow, desk)


@router.post(
    "/differences/{difference_id}/query",
    summary="向渠道查询 · Ask the provider about it",
    status_code=status.HTTP_202_ACCEPTED,
)
async def ask_about_difference(
    difference_id: UUID, uow: Uow, operator: Operator, desk: Desk
) -> ProviderAsked:
    """Its answer is booked like any other, and the day is matched anew within two minutes."""
    await desk.decide.ask(difference_id, operator.account_id, uow)
    return ProviderAsked(difference_id=difference_id)


@router.get("/{channel}/{payee}/{day}", summary="某日账单 · A bill")
async def read_bill(channel: Channel, payee: Payee, day: Day, uow: Uow, _: Operator, desk: Desk) -> BillView:
    """Counts and sums of both sides."""
    row = await desk.views.bill(uow, channel, payee, day)
    if row is None:
        raise BillNotFound(channel, payee, day)
    return bill_view(row)


@router.post(
    "/{channel}/{payee}/{day}/fetch",
    summary="重新下载账单 · Fetch a bill again",
    status_code=status.HTTP_202_ACCEPTED,
)
async def fetch_bill(
    channel: Channel, payee: Payee, day: Day, uow: Uow, operator: Operator, desk: Desk
) -> BillAsked:
    """It is fetched and matched anew; the same bill changes nothing, a later version takes its place."""
    await desk.fetch.again(channel, payee, day, operator.subject, uow)
    return BillAsked(channel=channel, payee=payee.value, day=day)


@router.get(
    "/{channel}/{payee}/{day}/sheet",
    summary="导出某日对账结果 · A day's comparison as a sheet",
    response_class=StreamingResponse,
)
async def export_bill(
    channel: Channel, payee: Payee, day: Day, uow: Uow, _: Operator, desk: Desk
) -> StreamingResponse:
    """CSV in UTF-8 for spreadsheets: every line with its result, then what only we have."""
    row = await desk.views.bill(uow, channel, payee, day)
    if row is None:
        raise BillNotFound(channel, payee, day)
    await uow.release()  # read page by page, each over a connection of its own
    headers = {"Content-Disposition": f'attachment; filename="bill-{channel}-{payee}-{day}.csv"'}
    return StreamingResponse(
        sheet.written(desk.views, desk.begin, row["id"]), 200, headers, "text/csv; charset=utf-8"
    )


async def _shown(difference_id: UUID, uow: UnitOfWork, desk: BillDesk) -> BillDifference:
    row = await desk.views.difference(uow, difference_id)
    if row is None:
        raise BillDifferenceNotFound(difference_id)
    return difference_view(row, desk.difference_of(row))
