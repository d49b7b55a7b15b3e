"""The owner's part: a job that counts the days that are over, every night, and tells what changed."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import structlog
from contracts.tallies import DayTallied

from ..clock import now
from ..db.uow import UnitOfWork
from ..jobs.begin import Begin
from ..jobs.job import Job
from .days import last_closed, next_at
from .fact import Fact
from .kept import keep_counted, kept_range, kept_tallies
from .routes import parity_router

log = structlog.get_logger(__name__)

KIND: Final = "chassis.tally_days"
_DAY: Final = timedelta(days=1)
Tallied = Callable[[UnitOfWork, date], None]


class TallyDays:
    """Counts `facts` of the last PARITY_DAYS days at PARITY_AT, and days missed while nothing ran; one job a day.

    What was counted before and is the same is not told again. What differs (an event that was parked, a row that
    somebody changed) is told as the next revision of its day.
    """

    def __init__(
        self,
        service: Any,
        event: type[DayTallied],
        facts: Sequence[Fact],
        *,
        readers: Sequence[str],
        tallied: Tallied = lambda uow, day: None,
    ) -> None:
        """Gives `service` the nightly job, and the route by which `readers`, other services, ask for single facts.

        `tallied` hears of each day that was counted, in the transaction that keeps it.
        """
        self.owner: str = service.name
        self._at, self._window = service.settings.parity_at, service.settings.parity_days
        self._event = event
        self.facts = tuple(facts)
        self._tallied = tallied
        service.job(KIND, self.run, every=_DAY)
        service.include(parity_router(self, readers))

    async def run(self, job: Job, begin: Begin) -> None:
        """A day a run, so that many days are never one long transaction; payload: the day to go on with."""
        moment = now()
        last = last_closed(moment)
        async with begin() as uow:
            going_on = job.payload.get("day")
            day = date.fromisoformat(going_on) if going_on else await self._first(uow, last)
            if day <= last:
                await self.count(uow, day)
                self._tallied(uow, day)
            if day < last:
                await job.again(uow, moment, {"day": (day + _DAY).isoformat()})
            else:
                await job.again(uow, next_at(moment, self._at), {})

    async def count(self, uow: UnitOfWork, day: date) -> DayTallied | None:
        """Counts one day; where it is not what is kept, keeps and tells it with the commit, and returns it."""
        facts = tuple([await fact.tally(uow, day) for fact in self.facts])
        kept = (await kept_tallies(uow, day, [self.owner])).get(self.owner)
        if kept is not None and tuple(kept.facts.values()) == facts:
            return None
        revision = kept.revision + 1 if kept is not None else 1
        event = self._event(day=day, revision=revision, facts=facts, tallied_at=now())
        keep_counted(uow, self.owner, event)
        uow.emit(event, version=revision)
        if kept is not None:
            log.warning("day_counted_anew", day=str(day), revision=revision)
        return event

    async def _first(self, uow: UnitOfWork, last: date) -> date:
        """The day to begin with tonight."""
        kept = await kept_range(uow, self.owner)
        if kept is None:
            return last
        first, latest = kept
        return max(first, min(latest + _DAY, last - (self._window - 1) * _DAY))
