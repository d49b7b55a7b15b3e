"""Duty rosters: planned by supervisors, seen by those who serve, asked by our own services."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.clock import SHANGHAI, now
from chassis.http import Router, Uow, allow, body_up_to
from chassis.problems import FieldError, Forbidden
from contracts.tokens import Role
from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ..application.plan_duty import PlanDuty
from ..application.ports import Duty
from ..channels.spreadsheet import MOST_BYTES, read_sheet
from ..domain.duty import MOST, Planned, RosterInvalid
from ..domain.officer_sheet import SheetUnreadable
from ..domain.officers import Authority, read_badge
from .dependencies import not_cached
from .fields import Badge, Body, Moment
from .officer_sheets import SHEET_BODY

router = Router(tags=["duty"], dependencies=[Depends(not_cached)])
Superior = Annotated[Caller, Depends(allow(Role.SUPERVISOR, Role.OPERATOR))]
Police = Annotated[Caller, Depends(allow(Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR))]
Reader = Annotated[Caller, Depends(allow(Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR, Role.OPERATOR))]
OurService = Annotated[Caller, Depends(allow(Role.SERVICE))]
UnitCode = Annotated[str, Query(max_length=40)]
_HEADINGS = {
    "警号": "badge_no", "单位代码": "unit", "单位": "unit", "开始": "starts_at", "结束": "ends_at",
} | {name: name for name in ("badge_no", "unit", "starts_at", "ends_at")}  # fmt: skip
_LONGEST = timedelta(days=62)


class ShiftRequest(Body):
    badge_no: Badge
    unit: Annotated[str, Field(max_length=40)]
    starts_at: Moment
    ends_at: Moment


class Roster(Body):
    shifts: Annotated[list[ShiftRequest], Field(min_length=1, max_length=MOST)]


class ShiftView(BaseModel):
    """From `starts_at` until just before `ends_at`. `valid` false: the officer has left the unit since."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    officer_id: UUID
    badge_no: str
    unit: str
    starts_at: datetime
    ends_at: datetime
    valid: bool


class OnDutyView(BaseModel):
    officer_id: UUID
    rank: int
    until: datetime


async def _plan(request: Request) -> PlanDuty:
    use: PlanDuty = request.app.state.duty.plan
    return use


async def _store(request: Request) -> Duty:
    store: Duty = request.app.state.duty.store
    return store


async def _sheet(request: Request) -> list[list[str]]:
    return await asyncio.to_thread(read_sheet, await request.body())


Plan = Annotated[PlanDuty, Depends(_plan)]
Store = Annotated[Duty, Depends(_store)]


@router.post("/api/identity/duty", status_code=201, summary="安排值班 · Plans duty, all of it or nothing")
async def plan_duty(body: Roster, uow: Uow, plan: Plan, caller: Superior) -> list[ShiftView]:
    """Errors name the line: `/3/starts_at`. One officer is on duty at one place at a time."""
    planned = [
        Planned(read_badge(one.badge_no) or "", one.unit.upper(), one.starts_at, one.ends_at)
        for one in body.shifts
    ]
    return _views(await plan.plan(uow, planned, _authority(caller)))


@router.post(
    "/api/identity/duty/sheet",
    status_code=201,
    summary="导入值班表 · Plans duty from a sheet",
    openapi_extra=SHEET_BODY,
)
@body_up_to(MOST_BYTES)
async def import_duty(
    uow: Uow, plan: Plan, caller: Superior, rows: Annotated[list[list[str]], Depends(_sheet)]
) -> list[ShiftView]:
    """Columns 警号, 单位代码, 开始, 结束; times as `2026-12-01 08:30` in Shanghai. Line 0 is row 2 of the sheet."""
    return _views(await plan.plan(uow, _read_rows(rows), _authority(caller)))


@router.get("/api/identity/duty", summary="值班表 · A unit's roster")
async def show_roster(
    uow: Uow,
    store: Store,
    caller: Reader,
    unit: Annotated[str | None, Query(max_length=40)] = None,
    first: Annotated[Moment | None, Query(alias="from")] = None,
    last: Annotated[Moment | None, Query(alias="to")] = None,
) -> list[ShiftView]:
    """The next week of one's own unit, unless told otherwise; 62 days at most, a thousand shifts."""
    wanted = (unit or caller.claims.unit or "").upper()
    if not _may_read(caller, wanted):
        raise Forbidden("您只能查看本单位的值班表。", "You may see the roster of your own unit only.")
    first = first or now() - timedelta(days=1)
    last = min(last or first + timedelta(days=8), first + _LONGEST)
    return _views(await store.of_unit(uow, wanted, first, last))


@router.get("/api/identity/me/duty", summary="我的值班 · When I am on duty")
async def my_duty(uow: Uow, store: Store, caller: Police) -> list[ShiftView]:
    return _views(await store.of_officer(uow, caller.account_id, now()))


@router.delete("/api/identity/duty/{shift_id}", status_code=204, summary="取消班次 · Takes a shift back")
async def cancel_shift(shift_id: UUID, uow: Uow, plan: Plan, caller: Superior) -> None:
    await plan.cancel(uow, shift_id, _authority(caller))


@router.get("/internal/duty", summary="当前值班人员 · Who is on duty at a unit")
async def on_duty(
    uow: Uow, store: Store, caller: OurService, unit: UnitCode, at: Moment | None = None
) -> list[OnDutyView]:
    """The highest rank first; empty where nobody is."""
    found = await store.on_duty(uow, unit, at or now())
    return [OnDutyView(officer_id=one.officer_id, rank=rank, until=one.ends_at) for one, rank in found]


def _may_read(caller: Caller, unit: str) -> bool:
    if caller.has(Role.OPERATOR) or unit == caller.claims.unit:
        return True
    over_department = caller.has(Role.SUPERVISOR) or caller.claims.leads_department
    if over_department and unit.partition("-")[2] == caller.claims.department:
        return True
    return caller.assigned(unit, Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR)


def _read_rows(rows: list[list[str]]) -> list[Planned]:
    places = {_HEADINGS.get(heading.lower()): at for at, heading in enumerate(rows[0])}
    if not {"badge_no", "unit", "starts_at", "ends_at"} <= places.keys() or not 2 <= len(rows) <= MOST + 1:
        raise SheetUnreadable(
            f"须有警号、单位、开始、结束四列，且有 1 至 {MOST} 行班次。",
            f"It needs the columns badge_no, unit, starts_at and ends_at, and 1 to {MOST} duties.",
        )
    errors: list[FieldError] = []
    planned: list[Planned] = []
    for index, row in enumerate(rows[1:]):
        cells = {name: row[at] if at < len(row) else "" for name, at in places.items() if name}
        starts, ends = _time(cells["starts_at"]), _time(cells["ends_at"])
        for name, value in (("starts_at", starts), ("ends_at", ends)):
            if value is None:
                errors.append(
                    FieldError(
                        f"/{index}/{name}", "时间格式为 2026-12-01 08:30", "a time such as 2026-12-01 08:30"
                    )
                )
        if starts is not None and ends is not None:
            planned.append(Planned(read_badge(cells["badge_no"]) or "", cells["unit"].upper(), starts, ends))
    if errors:
        raise RosterInvalid(errors)
    return planned


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _views(shifts: list) -> list[ShiftView]:
    return [ShiftView.model_validate(one) for one in shifts]


def _authority(caller: Caller) -> Authority:
    return Authority(caller.account_id, caller.roles, caller.claims.department)
