"""Walks many cases while something goes wrong; what goes wrong follows their progress, not the clock."""

import asyncio
import itertools
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from demo.api import NeverHappened, Refused
from embedded.stack import EmbeddedStack

from .crowd import Crowd
from .walks import WHOLE, WITHDRAWN, Walk

Say = Callable[[str], None]
VICTIMS = (
    "identity-svc",
    "catalog-svc",
    "case-svc",
    "payment-svc",
    "courier-svc",
    "evaluation-svc",
    "gateway",
    "partners",
    "broker",
    "postgres",
    "valkey",
)


def some_seed() -> int:
    """FAULTS_SEED, to see a failure again; otherwise one nobody chose."""
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1_000_000))


class Progress:
    """Counts acknowledged steps; wakes those who wait for a number of them."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.steps = 0
        self._changed = asyncio.Condition()

    async def step(self) -> None:
        async with self._changed:
            self.steps += 1
            self._changed.notify_all()

    async def reached(self, steps: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.steps >= steps)


@dataclass
class Storm:
    """`walks` under way, at most `at_once`; `log` says what was done to them, for the report of a failure."""

    walks: list[Walk]
    seed: int
    at_once: int
    log: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.progress = Progress(sum(len(walk.story.steps) for walk in self.walks))
        self.chance = random.Random(self.seed)
        self._began = time.monotonic()

    @classmethod
    def of(cls, crowd: Crowd, cases: int, seed: int, at_once: int) -> "Storm":
        """`cases` that go to the end, and for each ten of them one that is withdrawn on its way."""
        stories = [WHOLE[number % len(WHOLE)] for number in range(cases)]
        for place in range(0, cases, 10):
            stories.insert(place + place // 10 + 5, WITHDRAWN)
        return cls([crowd.walk(number, story) for number, story in enumerate(stories)], seed, at_once)

    def note(self, text: str) -> None:
        self.log.append(f"{time.monotonic() - self._began:6.1f} s  step {self.progress.steps}: {text}")

    async def rage(self, mischief: Callable[["Storm"], Awaitable[None]], say: Say) -> None:
        """Walks every case to its end while `mischief` runs; both are over when this returns."""
        trouble = asyncio.create_task(mischief(self))
        numbers = itertools.count()

        async def worker() -> None:
            while (number := next(numbers)) < len(self.walks):
                await self._walk(self.walks[number])
                if (number + 1) % 100 == 0:
                    say(f"{number + 1} of {len(self.walks)} cases begun, {len(self.log)} faults")

        try:
            await asyncio.gather(*(worker() for _ in range(self.at_once)))
            self.progress.steps = self.progress.total  # a case that broke off keeps nobody waiting
            await self.progress.step()
            await trouble
        finally:
            trouble.cancel()

    async def _walk(self, walk: Walk) -> None:
        try:
            for step in walk.story.steps:
                await step(walk)
                walk.done.append(step.__name__)
                await self.progress.step()
        except (Refused, NeverHappened) as error:
            self.failures.append(f"{walk}: {error}")

    def report(self, found: Sequence[str]) -> str:
        """All that one needs to know of a failure."""
        lines = [*self.failures[:20], *found[:40], f"what was done, seed {self.seed}:", *self.log]
        return "\n".join([f"FAULTS_SEED={self.seed} shows this order again", *lines])


async def kill_each(
    storm: Storm, stack: EmbeddedStack, rounds: int, say: Say, victims: Sequence[str] = VICTIMS
) -> None:
    """Kills every process, one after another, spread over the walks' progress; each is started again at once."""
    victims = [name for name in victims if name in stack.processes]
    order = [name for _ in range(rounds) for name in storm.chance.sample(victims, len(victims))]
    for number, name in enumerate(order, 1):
        await storm.progress.reached(storm.progress.total * number // (len(order) + 2))
        # Between two steps lie a few milliseconds: anywhere in them.
        await asyncio.sleep(storm.chance.random() * 0.05)
        stack.kill(name)
        storm.note(f"killed {name}")
        await stack.restart(name)
        storm.note(f"started {name}")
        say(storm.log[-1])
