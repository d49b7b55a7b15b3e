"""Who begins cases, and when: a crowd that never stands still, or one case after another at a pace."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Sequence

import aiohttp
from chassis.http_client import UpstreamError

from .journey import Journey
from .people import Person

Desks = dict[str, tuple[Person, Person]]
"""A reviewer and a head of the item's unit, by branch."""

_SPREAD_SECONDS = 2.5
"""About what a case takes: the crowd begins spread over it, or all would draft, then all upload, for the whole run."""
_BREATH_SECONDS = 0.1
"""After a case that failed: where all fail at once, their beginning must not be all the work there is."""


class Driver:
    """Walks cases one by one; what goes wrong with one is kept in the journey's timings."""

    def __init__(self, journey: Journey, citizens: Sequence[Person], desks: Desks) -> None:
        self.journey = journey
        self._citizens = citizens
        self._desks = list(desks.items())
        self._numbers = itertools.count()

    async def walk_one(self) -> None:
        number = next(self._numbers)
        branch, (reviewer, head) = self._desks[number % len(self._desks)]
        try:
            await self.journey.walk(self._citizens[number % len(self._citizens)], reviewer, head, branch)
        except (RuntimeError, aiohttp.ClientError, UpstreamError, TimeoutError) as error:
            self.journey.timings.failures.append(repr(error)[:500])
            await asyncio.sleep(_BREATH_SECONDS)

    async def one_payable(self) -> tuple[Person, str]:
        """A new case that went its way until it has to be paid: whose it is, and the order."""
        number = next(self._numbers)
        branch, (reviewer, head) = self._desks[number % len(self._desks)]
        citizen = self._citizens[number % len(self._citizens)]
        _, order = await self.journey.until_payable(citizen, reviewer, head, branch)
        return citizen, order

    async def at_a_pace(self, cases: int, seconds: float) -> None:
        """Begins a case each so many seconds, however many are under way; returns when all have ended."""
        began = time.monotonic()

        async def due(number: int) -> None:
            await asyncio.sleep(began + number * seconds - time.monotonic())
            await self.walk_one()

        await asyncio.gather(*(due(number) for number in range(cases)))


class BusyCrowd:
    """So many at a time, each beginning the next case when its last one has ended."""

    def __init__(self, driver: Driver, size: int) -> None:
        self._driver = driver
        self._size = size
        self._going = True
        self._awaited = 0
        self._enough = asyncio.Event()

    async def ended(self, cases: int) -> None:
        """Returns when so many more cases have ended, while others go on."""
        self._awaited = cases
        self._enough.clear()
        await self._enough.wait()

    async def _one_of_them(self, place: int) -> None:
        await asyncio.sleep(_SPREAD_SECONDS * place / self._size)
        while self._going:
            await self._driver.walk_one()
            self._awaited -= 1
            if self._awaited == 0:
                self._enough.set()

    @contextlib.asynccontextmanager
    async def walking(self) -> AsyncIterator["BusyCrowd"]:
        """Walks within the block; at its end what was begun is brought to its end."""
        async with asyncio.TaskGroup() as tasks:
            for place in range(self._size):
                tasks.create_task(self._one_of_them(place))
            try:
                yield self
            finally:
                self._going = False
