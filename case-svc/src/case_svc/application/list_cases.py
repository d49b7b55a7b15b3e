"""Lists: one's own cases, and what a unit has to do by when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Case
from ..domain.errors import OtherUnitsQueue
from ..domain.item import Item
from ..domain.people import Applicant, Officer
from .desk import Desk

ALL_UNITS: Final = "all"
Listed = list[tuple[Case, Item]]


async def list_own_cases(
    desk: Desk,
    uow: UnitOfWork,
    applicant: Applicant,
    *,
    states: Sequence[str] | None,
    after: UUID | None,
    limit: int,
) -> Listed:
    """Newest first; one more than `limit` where there are more."""
    cases = await desk.lists.mine(uow, applicant, states, after, limit + 1)
    return await _with_items(desk, uow, cases)


async def list_queue(
    desk: Desk,
    uow: UnitOfWork,
    officer: Officer,
    *,
    unit: str | None,
    states: Sequence[str] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
    claimed: str | None = None,
) -> Listed:
    """Cases by time left; one more than `limit` where there are more.

    Of the officer's unit; of `unit` of the same department, or of all of them (`all`), for those who lead it; of a
    `unit` where they serve by a further assignment.
    `claimed`: `mine`, wherever they are; `none`, only what nobody has claimed.
    """
    if claimed == "mine":
        held = await desk.lists.claimed(uow, officer.id, states, after, limit + 1)
        return await _with_items(
            desk, uow, [case for case in held if officer.serves(case.unit, case.department)]
        )
    units, department = [unit or officer.unit], officer.department
    if unit is not None and any(scope.covers(unit) for scope in officer.scopes) and unit != ALL_UNITS:
        department = unit.partition("-")[2]
    elif units != [officer.unit]:
        if not officer.leads_department:
            raise OtherUnitsQueue
        if unit == ALL_UNITS:
            places = await desk.organisation.places(uow, officer.department)
            units = [place.code for place in places.units]
    cases = await desk.lists.queue(uow, units, department, states, after, limit + 1, claimed == "none")
    return await _with_items(desk, uow, cases)


async def _with_items(desk: Desk, uow: UnitOfWork, cases: list[Case]) -> Listed:
    items = await desk.items.pinned_many(uow, {(case.item_code, case.item_version) for case in cases})
    return [(case, items[case.item_code, case.item_version]) for case in cases]
