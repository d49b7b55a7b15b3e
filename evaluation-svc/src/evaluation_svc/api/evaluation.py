"""What reviews add up to: public by unit, item and department; by officer for supervisors."""

import re
from datetime import date, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from chassis.clock import SHANGHAI, now
from chassis.http import Caller, Router, Uow, allow
from chassis.paging import Page, decode_cursor, encode_cursor
from chassis.problems import Forbidden
from contracts.tokens import Role
from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from evaluation_svc.domain.errors import BadPeriod

from .reviews import Cursor, OfDesk
from .schemas import BatchReviewView, BatchView, StatisticsRow, StatisticsView, Totals

router = Router(prefix="/api/evaluation", tags=["evaluation"])

_LONGEST_DAYS: Final = 1_100
_USUAL_DAYS: Final = 30
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LAST_ID: Final = UUID(int=2**128 - 1)
_SERVING: Final = (Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)
_supervisor = allow(Role.SUPERVISOR)


def _iso(day: object) -> object:
    """`?from=0` would be read as seconds since 1970."""
    if isinstance(day, str) and not _ISO_DAY.fullmatch(day):
        raise ValueError("日期应为 YYYY-MM-DD · a date is YYYY-MM-DD")
    return day


Judged = Annotated[Caller, Depends(allow(Role.OFFICER, Role.SUPERVISOR))]
Day = Annotated[date, BeforeValidator(_iso)]
Group = Literal["unit", "item", "department", "officer"]


@router.get("/statistics", summary="满意度统计 · satisfaction, by whom or what was judged")
async def read_statistics(
    request: Request,
    uow: Uow,
    desk: OfDesk,
    group: Annotated[Group, Query(description="officer 仅限监督人员 · officer: supervisors only")] = "unit",
    first: Annotated[Day | None, Query(alias="from", description="上海日期，含 · included")] = None,
    last: Annotated[Day | None, Query(alias="to", description="上海日期，含 · included")] = None,
) -> StatisticsView:
    """The last 30 days unless told otherwise. By officer: those of the supervisor's unit, at the city unit those of the
    department."""
    first, last = _period(first, last)
    if group == "officer":
        claims = (await _supervisor(request)).claims
        unit = None if claims.leads_department else claims.unit or ""
        tallies = await desk.statistics.by_officer(
            uow, first, last, department=claims.department or "", unit=unit
        )
    else:
        tallies = await desk.statistics.by(uow, group, first, last)
    return StatisticsView(
        group=group,
        first=first,
        last=last,
        overall=Totals.over(tallies),
        rows=[StatisticsRow.of(tally) for tally in tallies],
    )


@router.get("/batches", summary="本单位收到的评价 · a unit's reviews, five or more at once")
async def list_batches(
    uow: Uow,
    caller: Judged,
    desk: OfDesk,
    unit: Annotated[str | None, Query(max_length=64, description="默认本单位 · default yours")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 10,
) -> Page[BatchView]:
    """Without case, name or time. One reads those of one's unit; who leads the department at its city unit, of all."""
    key = decode_cursor(cursor, UUID)
    wanted = unit or caller.claims.unit or ""
    department = caller.claims.department
    if wanted == caller.claims.unit or caller.assigned(wanted, *_SERVING):
        department = None  # there by post or assignment: whatever department it was of
    elif not caller.claims.leads_department:
        raise Forbidden("您只能查看本单位收到的评价。", "You may read the reviews of your own unit only.")
    found = await desk.reviews.batches(uow, wanted, key[0] if key else _LAST_ID, limit + 1, department)
    page = found[:limit]
    more = encode_cursor(page[-1][0]) if len(found) > limit else None
    items = [
        BatchView(
            id=batch_id,
            released_on=released_at.astimezone(SHANGHAI).date(),
            reviews=[BatchReviewView.of(review) for review in reviews],
        )
        for batch_id, released_at, reviews in page
    ]
    return Page(items=items, next=more)


def _period(first: date | None, last: date | None) -> tuple[date, date]:
    last = last or now().astimezone(SHANGHAI).date()
    first = first or (last - timedelta(days=min(_USUAL_DAYS - 1, last.toordinal() - 1)))
    if not 0 <= (last - first).days < _LONGEST_DAYS:
        raise BadPeriod(_LONGEST_DAYS)
    return first, last
