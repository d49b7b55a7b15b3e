"""Reading cases: lists, one case, its history, and who looked."""

from typing import Annotated
from uuid import UUID

from chassis.http import Router, Uow
from chassis.paging import Page, decode_cursor, encode_cursor
from fastapi import Path, Query, Response

from ..application.desk import Desk as TheDesk
from ..application.list_cases import list_own_cases
from ..application.name_agents import name_agents
from ..application.read_case import Reader as CaseReader
from ..application.read_case import find_case_by_number, open_case
from ..application.tell_timeline import latest_details, tell_timeline
from ..domain.case import Case
from ..domain.case_number import PATTERN
from ..domain.item import Item
from ..domain.people import Officer
from ..domain.states import State
from ..domain.step_up import StepUp, step_up
from . import present
from .dependencies import Applicant, Desk, Reader
from .views import CaseDetail, CaseSummary, CaseView, LookView, TimelineView

router = Router(prefix="/api/cases", tags=["cases"])

Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=500)]
States = Annotated[list[State] | None, Query(max_length=20)]


@router.get("")
async def list_my_cases(
    uow: Uow,
    applicant: Applicant,
    desk: Desk,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[CaseSummary]:
    """我的办件，最新在前 · My cases, the newest first."""
    key = decode_cursor(cursor, UUID)
    listed = await list_own_cases(
        desk, uow, applicant, states=state, after=key[0] if key else None, limit=limit
    )
    following = encode_cursor(listed[limit - 1][0].id) if len(listed) > limit else None
    return Page(items=[present.summary(case, item) for case, item in listed[:limit]], next=following)


@router.get("/numbers/{case_no}")
async def find_by_number(
    case_no: Annotated[str, Path(pattern=PATTERN)], uow: Uow, reader: Reader, desk: Desk
) -> CaseView:
    """按办件编号查找 · Finds a case by its number."""
    case = await find_case_by_number(desk, uow, reader, case_no)
    return present.view(case, await desk.item_of(uow, case))


@router.get("/{case_id}")
async def get_case(case_id: UUID, response: Response, uow: Uow, reader: Reader, desk: Desk) -> CaseDetail:
    """办件详情；民警查看会留痕 · A case with its answers; an officer's look is recorded."""
    folder = await open_case(desk, uow, reader, case_id)
    case = folder.filled.case
    item = await desk.item_of(uow, case)
    names = await desk.organisation.unit_names(uow)
    agents = await name_agents(desk, uow, reader, {hand.mandate_id for hand in folder.hands})
    response.headers["ETag"] = f'"{case.version}"'
    response.headers["Cache-Control"] = "private, no-store"
    return present.detail(
        folder,
        item,
        unit_name=names.get(case.unit or ""),
        details=latest_details(reader, folder),
        shows_applicant=isinstance(reader, Officer),
        needed=_lacking(desk, reader, case, item),
        agents=agents,
    )


@router.get("/{case_id}/timeline")
async def get_timeline(case_id: UUID, uow: Uow, reader: Reader, desk: Desk) -> TimelineView:
    """办理进度：每一步和承诺日期的每次变化 · Every state and every change of the promised date, in words."""
    return present.timeline(*await tell_timeline(desk, uow, reader, case_id))


@router.get("/{case_id}/views")
async def list_views(
    case_id: UUID, uow: Uow, applicant: Applicant, desk: Desk, limit: Limit = 100
) -> list[LookView]:
    """谁、因何查看过我的办件 · Who looked at my case and why, the latest first."""
    await desk.own_case(uow, case_id, applicant)
    names = await desk.organisation.unit_names(uow)
    looks = await desk.history.looks(uow, case_id, limit)
    return [present.look(seen, names.get(seen.unit or "")) for seen in looks]


def _lacking(desk: TheDesk, reader: CaseReader, case: Case, item: Item) -> StepUp | None:
    """What submitting a draft would lack, for whom it is to submit."""
    if isinstance(reader, Officer) or case.state is not State.DRAFT:
        return None
    return step_up(item, reader, desk.submit_min_ial)
