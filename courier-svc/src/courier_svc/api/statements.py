"""The desk where couriers' monthly statements and our parcels are made to agree: for operators."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow, requires_idempotency_key
from chassis.jobs import Begin
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Path, Query, Request, status
from starlette.responses import StreamingResponse

from courier_svc.application.desk import Desk
from courier_svc.application.fetch_statements import decide_difference, fetch_again
from courier_svc.domain.statement_errors import StatementDifferenceNotFound, StatementNotFound
from courier_svc.domain.statements import Kind, Standing

from .shipments import OfDesk
from .statement_views import (
    HEADER,
    DecideDifference,
    Month,
    StatementAsked,
    StatementDifference,
    StatementView,
    month_of,
    sheet,
    sheet_of_ours,
    written,
)

router = Router(prefix="/api/couriers/statements", tags=["courier statements"])

Operator = Annotated[Caller, Depends(allow(Role.OPERATOR))]
Courier = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
OfCourier = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
Cursor = Annotated[str | None, Query(max_length=200)]
Limit = Annotated[int, Query(ge=1, le=100)]
_FIRST: Final = UUID(int=0)
_AT_ONCE: Final = 2_000


@router.get("", summary="快递对账单 · Statements by month")
async def list_statements(
    uow: Uow, _: Operator, desk: OfDesk, courier: OfCourier = None, cursor: Cursor = None, limit: Limit = 20
) -> Page[StatementView]:
    """Newest first: what each sums up to, what we have, and what differs."""
    key = decode_cursor(cursor, date, UUID)
    rows = await desk.statements.months(uow, (key[0], key[1]) if key else None, limit + 1, courier)
    more = encode_cursor(rows[limit - 1]["month"], rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[StatementView.of(row) for row in rows[:limit]], next=more)


@router.get("/differences", summary="快递对账差异 · What differs")
async def list_statement_differences(
    uow: Uow,
    _: Operator,
    desk: OfDesk,
    state: Annotated[Literal["waiting", "decided", "resolved", "all"], Query()] = "waiting",
    courier: OfCourier = None,
    month: Annotated[Month | None, Query()] = None,
    kind: Kind | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[StatementDifference]:
    """With both sides."""
    key = decode_cursor(cursor, UUID)
    states = {"waiting": [Standing.OPEN], "all": list(Standing)}.get(state) or [Standing(state)]
    rows = await desk.statements.differences(
        uow, key[0] if key else _FIRST, limit + 1, states=states, courier=courier,
        month=month_of(month) if month else None, kind=kind,
    )  # fmt: skip
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[StatementDifference.of(row) for row in rows[:limit]], next=more)


@router.post("/differences/{difference_id}/decision", summary="处理快递对账差异 · Decide about a difference")
@requires_idempotency_key
async def decide_statement_difference(
    difference_id: UUID, body: DecideDifference, uow: Uow, operator: Operator, desk: OfDesk
) -> StatementDifference:
    """Who, when and why are kept; 409 when it was decided, or agrees by now."""
    await decide_difference(desk, uow, difference_id, body.decision, body.note, operator.account_id)
    row = await desk.statements.difference(uow, difference_id)
    if row is None:
        raise StatementDifferenceNotFound
    return StatementDifference.of(row)


@router.post(
    "/{courier}/{month}/fetch",
    summary="重新下载对账单 · Fetch a statement again",
    status_code=status.HTTP_202_ACCEPTED,
)
async def fetch_statement_again(
    courier: Courier, month: Month, uow: Uow, operator: Operator, desk: OfDesk
) -> StatementAsked:
    """It is fetched and matched anew; the same one changes nothing, a later version takes its place."""
    await fetch_again(desk, uow, courier, month_of(month), operator.account_id)
    return StatementAsked(courier=courier, month=month)


@router.get(
    "/{courier}/{month}/sheet",
    summary="导出对账结果 · A month's comparison as a sheet",
    response_class=StreamingResponse,
    responses={200: {"description": "CSV", "content": {"text/csv": {}}}},
)
async def export_statement(
    courier: Courier, month: Month, uow: Uow, _: Operator, desk: OfDesk, request: Request
) -> StreamingResponse:
    """CSV in UTF-8 for spreadsheets: every line with its result, then what only we have."""
    row = await desk.statements.of_month(uow, courier, month_of(month))
    if row is None:
        raise StatementNotFound(courier, month_of(month))
    await uow.release()  # read page by page, each over a connection of its own
    headers = {"Content-Disposition": f'attachment; filename="statement-{courier}-{month}.csv"'}
    begin: Begin = request.app.state.service.begin
    return StreamingResponse(_pages(desk, begin, row["id"]), 200, headers, "text/csv; charset=utf-8")


async def _pages(desk: Desk, begin: Begin, statement_id: UUID) -> AsyncIterator[bytes]:
    yield "\ufeff".encode() + written([HEADER])
    after = 0
    while True:
        async with begin() as uow:
            lines = await desk.statements.lines(uow, statement_id, after, _AT_ONCE)
        if not lines:
            break
        after = lines[-1]["n"]
        yield sheet(lines)
    async with begin() as uow:
        yield sheet_of_ours(await desk.statements.ours_only(uow, statement_id))
