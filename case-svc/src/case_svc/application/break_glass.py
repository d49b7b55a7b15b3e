"""An officer opens a case of another unit, because they must: recorded, told, and seen by those who supervise."""

from collections.abc import Sequence
from uuid import UUID

from chassis.db import UnitOfWork
from contracts.case import CaseOpenedByException

from ..domain.break_glass import Grant, grant
from ..domain.case import Case
from ..domain.errors import CaseNotFound
from ..domain.people import Officer, as_mover
from .desk import Desk
from .record_move import common_facts
from .records import ExceptionUsed


async def break_glass(desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID, reason: str) -> Grant:
    """Raises CaseNotFound, MayNotBreakGlass, ExceptionNotNeeded."""
    return await _granted(desk, uow, officer, await desk.cases.load(uow, case_id), reason)


async def break_glass_by_number(
    desk: Desk, uow: UnitOfWork, officer: Officer, case_no: str, reason: str
) -> Grant:
    """As people quote it: an officer who is asked on the telephone has nothing else."""
    return await _granted(desk, uow, officer, await desk.cases.load_by_number(uow, case_no), reason)


async def _granted(desk: Desk, uow: UnitOfWork, officer: Officer, case: Case | None, reason: str) -> Grant:
    if case is None or case.unit is None:
        raise CaseNotFound
    granted = grant(case, officer, reason, desk.clock())
    desk.exceptions.add(uow, case, granted)
    uow.emit(_event(case, officer, granted), version=case.version + 1)
    uow.audit(
        "case.open_by_exception",
        actor=str(officer.id),
        subject=str(case.id),
        facts={"grant_id": str(granted.id), "unit": granted.unit, "officer_unit": granted.officer_unit},
    )
    return granted


async def list_exceptions(
    desk: Desk, uow: UnitOfWork, supervisor: Officer, after: UUID | None, limit: int
) -> Sequence[ExceptionUsed]:
    """Of cases of the supervisor's department, or by its officers; one more than `limit` where there are more."""
    return await desk.exceptions.of_department(uow, supervisor.department, after, limit + 1)


def _event(case: Case, officer: Officer, granted: Grant) -> CaseOpenedByException:
    return CaseOpenedByException(
        **common_facts(case, as_mover(officer), granted.at),
        grant_id=granted.id,
        officer_unit=granted.officer_unit,
        officer_department=granted.officer_department,
        until=granted.until,
    )
