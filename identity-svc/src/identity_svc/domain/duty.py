"""Duty rosters (值班表): who is on duty where, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from chassis.problems import FieldError, InvalidInput, NotFound

LONGEST: Final = timedelta(hours=36)
FURTHEST: Final = timedelta(days=366)
MOST: Final = 500
"""Shifts planned in one go."""


class RosterInvalid(InvalidInput):
    slug = "roster-invalid"
    title = ("值班安排有误", "The roster is not possible")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(
            "值班安排有误，未作任何更改，请按 errors 中的提示修改。",
            "The roster is not possible and nothing was changed; correct what `errors` lists.",
            errors=list(errors),
        )


class ShiftNotFound(NotFound):
    slug = "no-such-shift"
    title = ("没有这个班次", "No such shift")

    def __init__(self) -> None:
        super().__init__(
            "没有这个班次，或其不在您的管辖范围内。",
            "There is no such shift, or it is not of your department.",
        )


@dataclass(frozen=True, slots=True)
class Shift:
    """From `starts_at` until just before `ends_at`. `valid` false: the officer has left the unit since."""

    id: UUID
    officer_id: UUID
    badge_no: str
    unit: str
    starts_at: datetime
    ends_at: datetime
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a plan: whom the badge number names, where, when."""

    badge_no: str
    unit: str
    starts_at: datetime
    ends_at: datetime


def check_times(planned: Sequence[Planned], at: datetime) -> list[FieldError]:
    """What is wrong with the times, and which lines have one officer on duty twice at once."""
    errors: list[FieldError] = []
    for index, one in enumerate(planned):
        length = one.ends_at - one.starts_at
        if not timedelta(0) < length <= LONGEST:
            errors.append(
                FieldError(f"/{index}/ends_at", "班次须在 36 小时以内", "a shift lasts 36 hours at most")
            )
        if one.ends_at <= at or one.starts_at > at + FURTHEST:
            errors.append(
                FieldError(
                    f"/{index}/starts_at", "只能安排今后一年内的班次", "shifts lie ahead, within a year"
                )
            )
    by_officer: dict[str, list[tuple[datetime, datetime, int]]] = {}
    for index, one in enumerate(planned):
        by_officer.setdefault(one.badge_no, []).append((one.starts_at, one.ends_at, index))
    for shifts in by_officer.values():
        shifts.sort()
        for (_, ends, _), (starts, _, index) in pairwise(shifts):
            if starts < ends:
                errors.append(overlap(index))
    return errors


def overlap(index: int) -> FieldError:
    return FieldError(
        f"/{index}/starts_at", "该人员此时段已有班次", "the officer is on duty at that time already"
    )
