"""Opening a case that is not one's own to open: with a reason, for a while, and everybody concerned learns of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis.ids import uuid7

from .case import Case
from .errors import ExceptionNotNeeded, MayNotBreakGlass
from .people import Officer

LASTS: Final = timedelta(hours=1)
LEAST_RANK: Final = 1


@dataclass(frozen=True, slots=True)
class Grant:
    """One officer may read one case until then. `unit` and `department` are the case's, `officer_…` the officer's."""

    id: UUID
    case_id: UUID
    case_no: str | None
    unit: str
    department: str
    officer_id: UUID
    officer_unit: str
    officer_department: str
    reason: str
    at: datetime
    until: datetime


def grant(case: Case, officer: Officer, reason: str, at: datetime) -> Grant:
    """Raises MayNotBreakGlass or ExceptionNotNeeded. `case` was submitted: drafts are nobody's business."""
    if not officer.is_sworn or officer.rank < LEAST_RANK:
        raise MayNotBreakGlass
    if officer.serves(case.unit, case.department):
        raise ExceptionNotNeeded
    assert case.unit is not None
    return Grant(
        uuid7(), case.id, case.case_no, case.unit, case.department, officer.id, officer.unit, officer.department,
        reason, at, at + LASTS,
    )  # fmt: skip
