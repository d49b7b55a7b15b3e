"""Claiming a case from the unit's queue, giving it back, and what becomes of claims when their holder leaves."""

from uuid import UUID

from chassis.db import UnitOfWork
from contracts.identity import OfficerAssigned

from ..domain.case import Case
from ..domain.errors import CaseClaimed, NotInQueue, NotYourClaim
from ..domain.item import Item
from ..domain.people import Officer
from .desk import Desk

_SWORN = {"officer", "supervisor"}


async def claim_case(
    desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID, *, take_over: bool
) -> tuple[Case, Item]:
    """`take_over` also takes a colleague's, which history says. Raises NotInQueue or CaseClaimed."""
    case = await desk.officers_case(uow, case_id, officer)
    item = await desk.item_of(uow, case)
    if case.due_at is None:
        raise NotInQueue(case.state)
    if case.assigned_to == officer.id:
        return case, item
    if case.assigned_to is not None and not take_over:
        raise CaseClaimed
    about = "claimed" if case.assigned_to is None else "taken_over"
    facts = {} if case.assigned_to is None else {"taken_over_from": str(case.assigned_to)}
    return desk.claims.assign(uow, case, officer.id, about, officer.id, desk.clock(), facts), item


async def release_case(desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID) -> tuple[Case, Item]:
    """Back to the queue, for all of the unit; by its holder, or a supervisor. Raises NotYourClaim."""
    case = await desk.officers_case(uow, case_id, officer)
    item = await desk.item_of(uow, case)
    if case.assigned_to is None:
        return case, item
    if case.assigned_to != officer.id and not officer.supervises(case.unit, case.department):
        raise NotYourClaim
    return desk.claims.assign(uow, case, None, "released", officer.id, desk.clock(), {}), item


async def return_claims(desk: Desk, uow: UnitOfWork, event: OfficerAssigned) -> None:
    """Who left, is sworn no more, or serves another unit now holds no case of the old one."""
    if not event.active or not _SWORN & set(event.roles):
        await desk.claims.give_back(uow, event.officer_id, None, desk.clock())
        return
    unit = await desk.organisation.unit_of(uow, event.officer_id)
    if unit is not None and unit != event.unit:
        await desk.claims.give_back(uow, event.officer_id, event.unit, desk.clock())
