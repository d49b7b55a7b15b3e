"""Opening a case outside one's unit (break-glass), and what supervisors see of it."""

from typing import Annotated
from uuid import UUID

from chassis.http import Caller, Router, Uow, allow
from chassis.paging import Page, decode_cursor, encode_cursor
from contracts.tokens import Role
from fastapi import Depends, Path

from ..application.break_glass import break_glass, break_glass_by_number, list_exceptions
from ..domain.case_number import PATTERN
from . import present
from .bodies import OpeningReason
from .cases import Cursor, Limit
from .dependencies import Desk, SwornOfficer, as_officer
from .views import ExceptionView, GrantView

router = Router(prefix="/api/cases", tags=["exceptions"])
Supervisor = Annotated[Caller, Depends(allow(Role.SUPERVISOR))]


@router.get("/exceptions")
async def list_openings(
    uow: Uow, caller: Supervisor, desk: Desk, cursor: Cursor = None, limit: Limit = 20
) -> Page[ExceptionView]:
    """本部门的跨单位查阅记录，最新在前 · Cases of the department, or opened by its officers, by exception."""
    key = decode_cursor(cursor, UUID)
    used = await list_exceptions(desk, uow, as_officer(caller), key[0] if key else None, limit)
    following = encode_cursor(used[limit - 1].grant.id) if len(used) > limit else None
    return Page(items=[present.exception(one) for one in used[:limit]], next=following)


@router.post("/{case_id}/break-glass", status_code=201)
async def open_by_exception(
    case_id: UUID, body: OpeningReason, uow: Uow, officer: SwornOfficer, desk: Desk
) -> GrantView:
    """跨单位查阅，须说明理由，一小时内有效 · Opens a case of another unit for an hour, with a reason.

    The applicant reads the reason; the supervisors of both departments are alerted.
    """
    return present.granted(await break_glass(desk, uow, officer, case_id, body.reason))


@router.post("/numbers/{case_no}/break-glass", status_code=201)
async def open_number_by_exception(
    case_no: Annotated[str, Path(pattern=PATTERN)],
    body: OpeningReason,
    uow: Uow,
    officer: SwornOfficer,
    desk: Desk,
) -> GrantView:
    """按办件编号跨单位查阅 · The same, by the number that people quote."""
    return present.granted(await break_glass_by_number(desk, uow, officer, case_no, body.reason))
