"""Every morning: yesterday's bill of every account, fetched, loaded and matched; again until it is there.

A bill is looked at again on the days after: a later version takes the place of the one before, and what it makes equal
is no difference any more.
"""

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, Final
from uuid import UUID

import structlog
from chassis.clock import SHANGHAI, now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from chassis.jobs.job import LeaseLost
from chassis.parity.days import last_closed
from prometheus_client import Counter, Gauge

from ..domain.bill_errors import BillDayNotOver, BillNotFound, BillUnusable
from ..domain.bills import LOOKED_AT_AGAIN, Bill, BillLine, Problem, next_try
from ..domain.errors import ChannelDown, ChannelRefused
from ..domain.payees import Payee
from .bill_ports import Bills, BillSource, BillSources
from .jobs import FETCH_BILL, MATCH_BILL

log = structlog.get_logger(__name__)

TAKES_AT_MOST: Final = timedelta(minutes=10)
"""The lease of both jobs: a day of a million payments takes about one minute."""
_GIVES_UP_AFTER: Final = TAKES_AT_MOST - timedelta(minutes=1)
"""While there is time left to note it."""
_AGAIN_IN: Final = timedelta(minutes=15)
_AT_ONCE: Final = 100
_PIECE: Final = 4_000
_DAY: Final = timedelta(days=1)
_LINES_AT_ONCE: Final = 50_000
FETCHED: Final = Counter(
    "payment_bills_fetched_total", "Tries to fetch a bill, by how they ended", ["channel", "outcome"]
)
MISSING: Final = Gauge("payment_bills_missing", "Bills that should be here and are not", ["channel"])
OPEN: Final = Gauge(
    "payment_bill_differences_open", "Differences that wait for a person or a bill", ["channel"]
)


class FetchBills:
    def __init__(
        self, sources: BillSources, bills: Bills, *, ready_at: time, late_at: time, days: int, kept: timedelta
    ) -> None:
        """From `ready_at` on a day's bill is asked for on the next one, at `late_at` it is missing; `days` are looked
        back for days that were missed, lines are `kept` so long.
        """
        self._sources = sources
        self._bills = bills
        self._ready_at = ready_at
        self._late_at = late_at
        self._days = days
        self._kept = kept

    async def watch(self, job: Job, begin: Begin) -> None:
        """Recurring: awaits the bills of days that are over, has due ones fetched, and says what is missing."""
        at = now()
        last = self._last(at, self._ready_at)
        async with begin() as uow:
            first = await self._bills.first_day(uow)
            days = [last - _DAY * back for back in range(self._days)]
            accounts = self._sources.accounts()
            await self._bills.expect(uow, accounts, [day for day in days if first and day >= first])
            for bill_id in await self._bills.take_due(uow, _AGAIN_IN, _AT_ONCE, FETCH_BILL):
                uow.enqueue(FETCH_BILL, str(bill_id))
            for bill_id in await self._bills.wait_in_vain(uow, _waited_until(at), MATCH_BILL):
                uow.enqueue(MATCH_BILL, str(bill_id))
        async with begin() as uow:
            await self._tell(uow, self._last(at, self._late_at))
            await self._bills.forget_lines(uow, (at - self._kept).date(), _LINES_AT_ONCE)

    async def _tell(self, uow: UnitOfWork, until: date) -> None:
        missing, open_ones = await self._bills.missing(uow, until), await self._bills.open_differences(uow)
        for channel in {name for name, _ in self._sources.accounts()} | set(open_ones):
            MISSING.labels(channel).set(missing.get(channel, 0))
            OPEN.labels(channel).set(open_ones.get(channel, 0))
            if missing.get(channel):
                log.warning("bills_missing", channel=channel, count=missing[channel])

    async def again(self, channel: str, payee: Payee, day: date, by: str, uow: UnitOfWork) -> Bill:
        """An operator has a bill fetched and matched anew. Raises BillDayNotOver, BillNotFound."""
        if day > last_closed(now()):
            raise BillDayNotOver(day)
        if self._sources.of(channel, payee) is None:
            raise BillNotFound(channel, payee, day)
        await self._bills.expect(uow, [(channel, payee)], [day])
        bill = await self._bills.of_account(uow, channel, payee, day)
        assert bill is not None
        if not await self._bills.is_under_way(uow, bill.id, FETCH_BILL):
            uow.enqueue(FETCH_BILL, str(bill.id))
        uow.audit(
            "payment.fetch_bill",
            actor=by,
            subject=str(bill.id),
            facts={"channel": channel, "day": day.isoformat()},
        )
        return bill

    async def fetch(self, job: Job, begin: Begin) -> None:
        """Job, key: the bill. Its file never is in memory as a whole, and is gone afterwards, whatever happens."""
        async with begin() as uow:
            bill = await self._bills.find(uow, UUID(job.key))
        source = self._sources.of(bill.channel, bill.payee) if bill else None
        if bill is None or source is None:
            return
        try:
            async with asyncio.timeout(_GIVES_UP_AFTER.total_seconds()):
                with tempfile.TemporaryFile(prefix="bill-") as file:
                    digest = await source.fetch(bill.day, file)
                    await self._load(bill, source, file, digest, job, begin)
        except BillUnusable as error:
            await self._note(bill, error.problem, error.cause, job, begin)
        except ChannelDown as error:
            await self._note(bill, Problem.UNREACHABLE, error.cause, job, begin)
        except ChannelRefused as error:
            await self._note(bill, Problem.REFUSED, error.code, job, begin)
        except LeaseLost:
            raise
        except Exception as error:
            # Its words may repeat the bill's: only its kind is told.
            await self._note(bill, Problem.FAILED, type(error).__name__, job, begin)

    async def _load(
        self, bill: Bill, source: BillSource, file: IO[bytes], digest: str, job: Job, begin: Begin
    ) -> None:
        async with begin() as uow:
            locked = await self._bills.lock(uow, bill.id)
            assert locked is not None
            touched = [bill.id]
            if locked.digest != digest:
                locked = await self._bills.load(
                    uow, locked, digest, _by_pieces(source.lines(file, bill.day)), now()
                )
                log.info("bill_loaded", channel=bill.channel, day=str(bill.day), version=locked.version)
                touched += await self._bills.neighbours(uow, locked)
            await self._bills.looked(uow, locked, now(), self._next_look(bill.day))
            for bill_id in touched:
                uow.enqueue(MATCH_BILL, str(bill_id))
            await job.done(uow)
        FETCHED.labels(bill.channel, "done").inc()

    async def _note(self, bill: Bill, problem: Problem, cause: str, job: Job, begin: Begin) -> None:
        """What was here before stays here."""
        at = now()
        async with begin() as uow:
            await self._bills.note_problem(
                uow, bill, problem, at, next_try(problem, bill.tries, bill.day, at)
            )
            await job.done(uow)
        FETCHED.labels(bill.channel, problem).inc()
        log.warning("bill_not_fetched", channel=bill.channel, day=str(bill.day), problem=problem, cause=cause)

    async def match(self, job: Job, begin: Begin) -> None:
        """Job, key: the bill, `@` and a minute behind it where operators decided. The same over again where nothing
        changed.
        """
        async with begin() as uow:
            bill = await self._bills.lock(uow, UUID(job.key.partition("@")[0]))
            if bill is not None and bill.digest is not None:  # its lines are here
                at = now()
                found = await self._bills.match(uow, bill, at, waits=bill.day > _waited_until(at))
                log.info(
                    "bill_matched",
                    channel=bill.channel,
                    day=str(bill.day),
                    lines=bill.lines,
                    differences=found,
                )
            await job.done(uow)

    def _next_look(self, day: date) -> datetime | None:
        at = now()
        if at.astimezone(SHANGHAI).date() - day > LOOKED_AT_AGAIN:
            return None
        return at + _DAY

    @staticmethod
    def _last(at: datetime, hour: time) -> date:
        """The last day whose bill is due at `at`, if they are due at `hour` of the day after."""
        shown = at.astimezone(SHANGHAI)
        return shown.date() - (_DAY if shown.time() >= hour else 2 * _DAY)


def _waited_until(at: datetime) -> date:
    """What came late on a day up to this one waits no more for the next day's bill: that is not looked for daily now,
    and may never be there.
    """
    return at.astimezone(SHANGHAI).date() - LOOKED_AT_AGAIN - 2 * _DAY


async def _by_pieces(lines: Iterator[BillLine]) -> AsyncIterator[BillLine]:
    """Read in a thread, so that the service answers meanwhile."""
    while piece := await asyncio.to_thread(list, itertools.islice(lines, _PIECE)):
        for line in piece:
            yield line
