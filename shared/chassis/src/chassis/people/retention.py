"""Rules by which something outlives the account it belongs to: data of each service, so that a lawyer can read it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from ..clock import SHANGHAI
from .keeping import Outcome

NOBODY: Final = UUID(int=0)
"""Stands where an owner's id stood, in rows that outlive every tie to them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`years` from the end of the matter; None: no end is set. `confirmed` false: the bureau has yet to confirm it."""

    what: str
    what_en: str
    years: int | None
    why: str
    why_en: str
    confirmed: bool

    def last_day(self, ended_at: datetime) -> date | None:
        """In Shanghai."""
        if self.years is None:
            return None
        day = ended_at.astimezone(SHANGHAI).date()
        if (day.month, day.day) == (2, 29):
            return date(day.year + self.years, 3, 1)
        return day.replace(year=day.year + self.years)

    def free_before(self, moment: datetime) -> datetime:
        """What ended before this is kept no longer."""
        assert self.years is not None
        today = moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        if (today.month, today.day) == (2, 29):
            return today.replace(year=today.year - self.years, day=28)
        return today.replace(year=today.year - self.years)


def erased(what: str, what_en: str, count: int) -> list[Outcome]:
    """Nothing to say where nothing was."""
    return [Outcome(what=what, what_en=what_en, outcome="erased", count=count)] if count else []


def kept(rule: Rule, count: int | None, first_ended_at: datetime | None) -> list[Outcome]:
    """`first_ended_at`: of what becomes free first; None while nothing of it has ended."""
    if count == 0:
        return []
    until = rule.last_day(first_ended_at) if first_ended_at else None
    return [
        Outcome(
            what=rule.what, what_en=rule.what_en, outcome="kept", count=count, why=rule.why, why_en=rule.why_en,
            until=until, confirmed=rule.confirmed,
        )
    ]  # fmt: skip
