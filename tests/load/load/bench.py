"""A whole benchmark: a platform, its seed, the measured run, the door."""

import asyncio
import contextlib
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from embedded.stack import EmbeddedStack

from .bills import the_bill
from .door import at_the_door
from .notices import with_notices
from .profiling import Profiler
from .progress import say
from .run import FAST, Crowd, crowd, driver_of, measured, steady
from .seed import seed
from .seed.check import check
from .seed.worker import COLUMNS
from .sessions import with_sessions

BILL_LINES = 1_000_000
_SEEDED = "bench-seeded.json"


async def bench(
    cases: int, seeded: int, data: Path | None = None, profiler: Profiler | None = None
) -> dict[str, Any]:
    """Starts a platform over `data` (None: a temporary folder), seeds what it lacks, measures, stops it.

    `profiler` watches a second run, after the measured one: being watched costs.
    """
    async with platform(data, profiler.environment if profiler else None) as stack, crowd(stack) as people:
        if seeded:
            await _seed_once(stack, people, seeded)
        result = await measured(stack, people, cases)
        result["steady"] = await steady(stack, people, result["cases_per_second"] / 2)
        say("the door: gateway and nginx")
        result |= await at_the_door(stack, people.http, people.citizens[0])
        result |= await with_notices(stack, people.http, await driver_of(stack, people))
        result |= await with_sessions(stack, people.http)
        if profiler:
            say("once more, watched")
            await measured(stack, people, cases, profiler)
    say("a bill of a million lines")
    result |= await the_bill(BILL_LINES)
    return result | {"seeded_cases": seeded}


async def the_door() -> dict[str, Any]:
    """The door alone, on a platform that does nothing else."""
    async with platform(None) as stack, crowd(stack, citizens=1) as people:
        return await at_the_door(stack, people.http, people.citizens[0])


async def the_notices() -> dict[str, Any]:
    """The providers' notices alone."""
    async with platform(None) as stack, crowd(stack) as people:
        return await with_notices(stack, people.http, await driver_of(stack, people))


async def the_sessions() -> dict[str, Any]:
    """Log-ins, sessions and revocations alone."""
    async with platform(None) as stack, aiohttp.ClientSession() as http:
        return await with_sessions(stack, http)


async def _seed_once(stack: EmbeddedStack, people: Crowd, count: int) -> None:
    mark = stack.folder.root / _SEEDED
    there = json.loads(mark.read_text())["cases"] if mark.exists() else 0
    if there not in (0, count):
        raise SystemExit(
            f"{stack.folder.root} holds {there} seeded cases, not {count}: choose another --data"
        )
    if there:
        return
    await seed(stack, count, [citizen.id for citizen in people.citizens if citizen.id], say)
    await people.refresh()
    opened = await check(people.http, stack.url("gateway"), people.citizens)
    say(f"  {opened} of them opened through the API, their documents verified")
    mark.write_text(json.dumps({"cases": count}))


@contextlib.asynccontextmanager
async def platform(
    data: Path | None, more: dict[str, dict[str, str]] | None = None
) -> AsyncIterator[EmbeddedStack]:
    """A running platform; a temporary one leaves nothing behind. `more`: further environment, by part."""
    folder = data or Path(tempfile.mkdtemp(prefix="bench-"))
    extra = {part: FAST.get(part, {}) | (more or {}).get(part, {}) for part in {*FAST, *(more or {})}}
    stack = EmbeddedStack(folder, extra=extra)
    say("starting the platform")
    await stack.start(lambda name, seconds: None if seconds is None else say(f"  {name} {seconds:.1f} s"))
    try:
        yield stack
        if data is not None:
            await _forget_broker(stack)
    finally:
        await stack.stop()
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


async def _forget_broker(stack: EmbeddedStack) -> None:
    """The next start has an empty broker, to which a month of seeded events would be sent all over again
    (rightly, but not while we measure): let their relays believe that they never sent anything."""
    await asyncio.sleep(3)  # until everybody has taken what is under way
    for service in COLUMNS:
        connection = await asyncpg.connect(stack.database_url(service))
        await connection.execute("DELETE FROM relay_checkpoint")
        await connection.close()
