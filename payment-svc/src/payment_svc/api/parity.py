"""What the nightly comparison found, and how an operator ends it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.http import Router, Uow, requires_idempotency_key
from chassis.paging import Page, decode_cursor, encode_cursor
from fastapi import Depends, Path, Request, status
from pydantic import BaseModel, Field, StringConstraints

from ..application.decide_difference import Parity
from ..application.parity_ports import Row
from ..domain.parity import STANDING, WHAT, Decision, Standing
from ..domain.parity_errors import DifferenceNotFound
from .money import FIRST, Cursor, Limit, Operator

router = Router(prefix="/api/payments/parity", tags=["payments"])

Day = Annotated[date, Path(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


async def parity_of(request: Request) -> Parity:  # async: FastAPI runs plain functions in a thread
    found: Parity = request.app.state.service.state.parity
    return found


Nights = Annotated[Parity, Depends(parity_of)]


class ParityDay(BaseModel):
    """A Shanghai day as it was compared last. `cases` null: case-svc has not told what it counted.

    `agrees`: nothing is open, and hours that differed have been looked at.

    `raised` wait for a person, `retold` for the next night; `settled` agree by now, `decided` were ended by a person.
    """

    day: date
    compared_at: datetime
    agrees: bool
    orders: int
    cases: int | None
    booked: int
    applied: int
    hours_apart: int
    raised: int
    retold: int
    settled: int
    decided: int


class ParityDifference(BaseModel):
    """What our side says of one order (or capture) and what the other does; null: it knows nothing of it."""

    id: UUID
    pair: Literal["cases", "ledger", "books"]
    day: date
    hour: int
    about_id: UUID
    order_id: UUID | None
    case_id: UUID | None
    what: str
    what_text: str
    what_text_en: str
    ours: dict[str, str] | None
    theirs: dict[str, str] | None
    state: Literal["retold", "repaired", "raised", "gone", "decided"]
    state_text: str
    state_text_en: str
    found_at: datetime
    retold_at: datetime | None
    ended_at: datetime | None
    decision: Literal["corrected", "explained"] | None
    decided_by: UUID | None
    note: str | None


class ComparisonAsked(BaseModel):
    """It runs within seconds; look at the day again then."""

    day: date
    asked: Literal[True] = True


class DecideDifference(BaseModel):
    """`corrected`: one side was set right by hand; `explained`: both may stay as they are, for the reason noted."""

    decision: Literal["corrected", "explained"]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)] = Field(
        description="依据和经过，不写个人信息 · why, without personal data"
    )


@router.get("", summary="核对日历 · Days as they were compared")
async def list_days(
    uow: Uow, _: Operator, nights: Nights, cursor: Cursor = None, limit: Limit = 20
) -> Page[ParityDay]:
    """Newest first: paid orders against the cases they paid, and against the ledger."""
    before = (decode_cursor(cursor, date) or (None,))[0]
    rows = await nights.differences.days(uow, before, limit + 1)
    more = encode_cursor(rows[limit - 1]["day"]) if len(rows) > limit else None
    return Page(items=[_day(row) for row in rows[:limit]], next=more)


@router.get("/{day}/differences", summary="某日的差异 · What differed on a day")
async def list_differences(
    day: Day, uow: Uow, _: Operator, nights: Nights, cursor: Cursor = None, limit: Limit = 20
) -> Page[ParityDifference]:
    """As they were found, with what became of each: told again, repaired, raised, decided."""
    after = (decode_cursor(cursor, UUID) or (FIRST,))[0]
    rows = await nights.differences.of_day(uow, day, after, limit + 1)
    more = encode_cursor(rows[limit - 1]["id"]) if len(rows) > limit else None
    return Page(items=[_difference(row) for row in rows[:limit]], next=more)


@router.post(
    "/{day}/comparison", summary="重新核对 · Compare a day again", status_code=status.HTTP_202_ACCEPTED
)
async def compare_again(day: Day, uow: Uow, operator: Operator, nights: Nights) -> ComparisonAsked:
    """Both sides count the day anew. What agrees stays quiet, and what was found is not found twice."""
    await nights.compare_again(day, operator.subject, uow)
    return ComparisonAsked(day=day)


@router.get("/differences/{difference_id}", summary="一条差异 · One difference")
async def read_difference(difference_id: UUID, uow: Uow, _: Operator, nights: Nights) -> ParityDifference:
    row = await nights.differences.find(uow, difference_id)
    if row is None:
        raise DifferenceNotFound(difference_id)
    return _difference(row)


@router.post("/differences/{difference_id}/decision", summary="处理差异 · End a difference")
@requires_idempotency_key
async def decide_difference(
    difference_id: UUID, body: DecideDifference, uow: Uow, operator: Operator, nights: Nights
) -> ParityDifference:
    """Ends an anomaly of kind `parity`: who, when and why are kept.

    Found again only when a side says something else than it did.
    """
    decision, by = Decision(body.decision), operator.account_id
    return _difference(await nights.decide(difference_id, decision, body.note, by, uow))


def _day(row: Row) -> ParityDay:
    open_ones, ended = row["raised"] + row["retold"], row["settled"] + row["decided"]
    agrees = row["cases"] is not None and not open_ones and (not row["hours_apart"] or bool(ended))
    return ParityDay.model_validate({**row, "agrees": agrees})


def _difference(row: Row) -> ParityDifference:
    texts: dict[str, Any] = dict(zip(("what_text", "what_text_en"), WHAT[row["what"]], strict=True))
    texts |= dict(zip(("state_text", "state_text_en"), STANDING[Standing(row["state"])], strict=True))
    return ParityDifference.model_validate({**row, **texts})
