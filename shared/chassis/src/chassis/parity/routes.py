"""`/internal/parity/…`: where tallies differ, others ask for the single facts, with a service token."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from contracts.tallies import FactTally
from fastapi import Depends, Path, Query
from pydantic import BaseModel

from ..auth.caller import Caller
from ..http.caller import allow_service
from ..http.route import Router, Uow
from ..problems import NotFound
from .days import Hour
from .fact import PAGE, Fact
from .kept import kept_tallies

if TYPE_CHECKING:
    from .tallying import TallyDays

Day = Annotated[date, Path(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
"""A day that has a midnight in every calendar."""


class DayNow(BaseModel):
    """A day as it stands at this moment, which may be later than what was published under `revision`.

    0: the day is not over, or lies before counting began.
    """

    day: date
    revision: int
    facts: list[FactTally]


class Occurrence(BaseModel):
    """One fact: what it says besides its id, as the text that is hashed."""

    id: UUID
    says: dict[str, str]


class Occurrences(BaseModel):
    """Those of one hour, by id; `next`: go on `after` that id; null at the end."""

    items: list[Occurrence]
    next: UUID | None


class UnknownFact(NotFound):
    slug = "unknown-fact"
    title = ("没有这项日统计", "No such fact")

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"没有名为“{name}”的日统计，可查的有：{'、'.join(known)}。",
            f"Nothing is counted under the name {name}; there are {', '.join(known)}.",
        )


def parity_router(days: "TallyDays", readers: Sequence[str]) -> Router:
    router = Router(prefix="/internal/parity", tags=["internal"])
    reader: Any = allow_service(*readers)

    def named(name: str) -> Fact:
        found = next((fact for fact in days.facts if fact.name == name), None)
        if found is None:
            raise UnknownFact(name, [fact.name for fact in days.facts])
        return found

    @router.get("/days/{day}", summary="某日统计 · A day's tallies, counted now")
    async def day_now(day: Day, uow: Uow, caller: Annotated[Caller, Depends(reader)]) -> DayNow:
        kept = (await kept_tallies(uow, day, [days.owner])).get(days.owner)
        facts = [await fact.tally(uow, day) for fact in days.facts] if kept else []
        return DayNow(day=day, revision=kept.revision if kept else 0, facts=facts)

    @router.get("/facts/{fact}/days/{day}/hours/{hour}", summary="某时段的明细 · The single facts of an hour")
    async def hour_now(
        fact: str,
        day: Day,
        hour: Annotated[int, Path(ge=0, le=23)],
        uow: Uow,
        caller: Annotated[Caller, Depends(reader)],
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    ) -> Occurrences:
        found = await named(fact).page(uow, Hour(day, hour), after, limit)
        items = [Occurrence(id=one.id, says=one.says) for one in found]
        return Occurrences(items=items, next=found[-1].id if len(found) >= limit else None)

    return router
