"""Lists: one's own cases, and what a unit has to do by when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Case
from ..domain.item import Item
from ..domain.people import Applicant, Officer
from .desk import Desk

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
    cases = await desk.lists.mine(uow, applicant.id, states, after, limit + 1)
    return await _with_items(desk, uow, cases)


async def list_queue(
    desk: Desk,
    uow: UnitOfWork,
    officer: Officer,
    *,
    states: Sequence[str] | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Listed:
    """The unit's cases by time left; one more than `limit` where there are more."""
    cases = await desk.lists.queue(uow, officer.unit, officer.department, states, after, limit + 1)
    return await _with_items(desk, uow, cases)


async def _with_items(desk: Desk, uow: UnitOfWork, cases: list[Case]) -> Listed:
    items = await desk.items.pinned_many(uow, {(case.item_code, case.item_version) for case in cases})
    return [(case, items[case.item_code, case.item_version]) for case in cases]
