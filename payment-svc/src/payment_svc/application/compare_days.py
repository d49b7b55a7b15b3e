"""Every night: paid orders against the cases they paid, and against the ledger; what differs is repaired or raised."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from chassis.parity import Hour, apart, hours_apart
from contracts.tallies import FactTally

from ..domain.parity import Found, Pair, Step, next_step
from .jobs import COMPARE_DAY, COMPARE_HOUR, MISS_DAY
from .parity_ports import APPLIED, BOOKED, CASE_PAID, PAID, CasesOfDay, Differences, OwnDay
from .tell_paid_again import TellPaidAgain

log = structlog.get_logger(__name__)

AT_ONCE: Final = 100
TOLD_WITHIN: Final = timedelta(days=1)
"""Of a day that we have counted, case-svc's count is missed after so long."""
_ANEW: Final = ":anew"
"""In a job's key, so that a night that comes between does not replace what an operator asked for."""
Facts = Mapping[str, FactTally]


class CompareDays:
    """A job a day finds the hours that differ, by the tallies alone; a job an hour finds the single orders."""

    def __init__(
        self,
        own: OwnDay,
        cases: CasesOfDay,
        differences: Differences,
        tell_again: TellPaidAgain,
        count: Callable[[UnitOfWork, date], Awaitable[Any]],
    ) -> None:
        """`count` counts one of our own days anew, and publishes it where it changed."""
        self._own = own
        self._cases = cases
        self._differences = differences
        self._tell_again = tell_again
        self._count = count

    def ask(self, uow: UnitOfWork, day: date, *, anew: bool = False) -> None:
        """Has `day` compared soon. `anew`: both sides count it again first, whatever was published of it."""
        uow.enqueue(COMPARE_DAY, day.isoformat() + (_ANEW if anew else ""))

    async def run_day(self, job: Job, begin: Begin) -> None:
        """Key: the day. Safe to repeat; a case-svc that has not told yet leaves its part for when it does."""
        day, anew = date.fromisoformat(job.key.removesuffix(_ANEW)), job.key.endswith(_ANEW)
        theirs = await self._cases.day(day) if anew else None
        if anew:
            async with begin() as uow:
                await self._count(uow, day)
        async with begin() as uow:
            counted, heard = await self._own.counted(uow, day), await self._own.heard(uow, day)
            if counted is None:
                await job.done(uow)
                return
            ours = counted.facts
            if theirs is None and heard is not None:
                theirs = dict(heard.facts)
            hours = _apart(day, ours, theirs) | set(await self._differences.open_hours(uow, day))
            books = {(Pair.BOOKS, Hour(day, hour)) for hour in range(24)}
            for pair, hour in sorted(hours | books):
                uow.enqueue(COMPARE_HOUR, f"{pair}:{hour}")
            await self._differences.note_day(uow, day, now(), _counts(ours, theirs, len(hours - books)))
            if theirs is None:
                # kept: the day is compared every night for a while, and none of them puts this off
                uow.enqueue(MISS_DAY, day.isoformat(), run_at=now() + TOLD_WITHIN, keep=True)
            await job.done(uow)

    async def miss_day(self, job: Job, begin: Begin) -> None:
        """Key: a day that we counted. Fails until case-svc has told of it, and so stands on the stuck-work page."""
        day = date.fromisoformat(job.key)
        async with begin() as uow:
            if await self._own.heard(uow, day) is None:
                raise RuntimeError(
                    f"case-svc 未公布 {day} 的核对数，请检查其夜间任务和事件 · case-svc has not told what it counted of"
                    f" {day}: look at its nightly job and its events"
                )
            await job.done(uow)

    async def run_hour(self, job: Job, begin: Begin) -> None:
        """Key: pair and hour. Looks at how both sides stand now, which may be better than what they published."""
        name, _, text = job.key.partition(":")
        pair, hour = Pair(name), Hour.read(text)
        found = await self._found(pair, hour, begin)
        for first in range(0, len(found), AT_ONCE):
            async with begin() as uow:
                await self._act(uow, pair, hour.day, found[first : first + AT_ONCE])
        async with begin() as uow:
            still = [one.apart.id for one in found]
            ended = await self._differences.end_others(uow, pair, hour, still, now())
            await job.done(uow)
        if ended:
            log.info("parity_agrees_again", pair=pair, hour=str(hour), count=ended)

    async def _found(self, pair: Pair, hour: Hour, begin: Begin) -> list[Found]:
        async with begin() as uow:
            if pair is Pair.BOOKS:
                return await self._own.out_of_balance(uow, hour)
            ours = await self._own.members(uow, PAID if pair is Pair.CASES else BOOKED, hour)
            theirs = await self._own.members(uow, APPLIED, hour) if pair is Pair.LEDGER else []
        if pair is Pair.CASES:
            theirs = [member async for member in self._cases.members(CASE_PAID, hour)]
        return [Found.of_order(pair, hour, one) for one in apart(ours, theirs)]

    async def _act(self, uow: UnitOfWork, pair: Pair, day: date, found: Sequence[Found]) -> None:
        at, ids = now(), [one.apart.id for one in found]
        known = await self._differences.known(uow, pair, day, ids)
        for one in found:
            before = known.get(one.apart.id)
            step = next_step(pair, one.apart, before, at)
            if step is Step.NOTHING:
                continue
            retold = step is Step.RETELL and await self._tell_again(one.apart.id, uow)
            if before is not None and before.is_kept_up:
                self._differences.raise_known(uow, before, one)
            else:
                self._differences.add(uow, one, at, retold=retold)
            log.warning(
                "parity_differs", pair=pair, hour=str(one.hour), about=str(one.apart.id), retold=retold
            )


def _apart(day: date, ours: Facts, theirs: Facts | None) -> set[tuple[Pair, Hour]]:
    found = {(Pair.LEDGER, Hour(day, hour)) for hour in hours_apart(ours.get(BOOKED), ours.get(APPLIED))}
    if theirs is not None:
        found |= {
            (Pair.CASES, Hour(day, hour)) for hour in hours_apart(ours.get(PAID), theirs.get(CASE_PAID))
        }
    return found


def _counts(ours: Facts, theirs: Facts | None, hours: int) -> dict[str, int | None]:
    return {
        "orders": _count(ours, PAID),
        "cases": None if theirs is None else _count(theirs, CASE_PAID),
        "booked": _count(ours, BOOKED),
        "applied": _count(ours, APPLIED),
        "hours_apart": hours,
    }


def _count(facts: Facts, name: str) -> int:
    fact = facts.get(name)
    return sum(hour.count for hour in fact.hours) if fact is not None else 0
