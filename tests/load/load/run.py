"""One measured run on a platform that is up: people, a warm-up, the cases, the report."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from chassis.http_client import Pool, UpstreamError
from embedded.stack import EmbeddedStack

from . import measure
from .journey import ITEM, Journey, Timings
from .people import Person, Registrar
from .profiling import Profiler
from .progress import say
from .yardstick import median, yardstick

CONCURRENCY = 96
"""Pages of a case wait 1.5 s by themselves, and a case at full speed takes some 2.5: fewer would not fill two cores."""
CITIZENS = 80
BRANCHES = ("XC", "BL", "LH", "YT", "BQ", "WY")
WARM_UP = 100
"""Cases before the measuring: PostgreSQL plans a statement anew the first five times on each connection."""
_STEADY_SECONDS = 10
_CONNECTIONS = 256
FAST = {
    "gateway": {
        "IP_RATE": "100000",
        "IP_BURST": "200000",
        "CALLER_RATE": "100000",
        "CALLER_BURST": "200000",
        "LOG_IN_RATE": "10000",
        "LOG_IN_BURST": "20000",
    },
    "identity-svc": {"CODES_PER_ADDRESS_HOUR": "100000", "ATTEMPTS_PER_ADDRESS": "100000"},
    "partners": {"PARTNERS_COURIER_STEP_SECONDS": "0"},
}
"""Limits that one address with forty citizens would meet, raised; couriers who do not sleep. Nothing else."""

Desks = dict[str, tuple[Person, Person]]


@dataclass
class Crowd:
    """Who walks the cases, and over which connection."""

    http: aiohttp.ClientSession
    gateway: Pool
    registrar: Registrar
    citizens: list[Person]

    async def refresh(self) -> None:
        """New access tokens: they live ten minutes, and a large seed takes longer."""
        for citizen in self.citizens:
            await self.registrar.refresh(citizen)


@contextlib.asynccontextmanager
async def crowd(stack: EmbeddedStack) -> AsyncIterator[Crowd]:
    """Registers the citizens and waits until the catalogue has reached case-svc."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=200), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        gateway = stack.url("gateway")
        registrar = Registrar(http, gateway, stack.url("partners"), stack.control_token)
        say(f"registering {CITIZENS} citizens")
        citizens = await registrar.citizens(CITIZENS)
        await _until_known(http, gateway, citizens[0])
        pool = Pool(gateway, connections=_CONNECTIONS, connect_timeout=10)
        try:
            yield Crowd(http, pool, registrar, citizens)
        finally:
            await pool.close()


async def measured(
    stack: EmbeddedStack, people: Crowd, cases: int, profiler: Profiler | None = None
) -> dict[str, Any]:
    """Drives `cases` whole cases and returns the figures; `profiler` watches the same seconds."""
    gateway = stack.url("gateway")
    await people.refresh()
    desks = await _desks(people.registrar, stack.around.secrets.demo_password)
    key = await _upload_key(people.http, gateway)
    say("warming up")
    await _drive(Journey(people.http, people.gateway, key, Timings()), people.citizens, desks, WARM_UP)
    await asyncio.sleep(1)
    timings = Timings()
    say(f"{cases} cases, {CONCURRENCY} at a time")
    watching = profiler.watching(stack) if profiler else contextlib.nullcontext()
    async with watching, yardstick() as readings:
        since, before = time.time(), measure.cpu_seconds(stack)
        own = time.process_time()
        started = time.perf_counter()
        await _drive(Journey(people.http, people.gateway, key, timings), people.citizens, desks, cases)
        elapsed = time.perf_counter() - started
        own = time.process_time() - own
        after = measure.cpu_seconds(stack)
    for failure in timings.failures[:3]:
        say(f"  failed: {failure}")
    await asyncio.sleep(1)  # the last events arrive
    used = {name: after[name] - before[name] for name in after}
    report = await _report(stack, timings, cases, elapsed, used, own, since)
    return report | {"yardstick_us": median(readings)}


async def steady(stack: EmbeddedStack, people: Crowd, rate: float) -> dict[str, Any]:
    """Answers and hops while cases begin at `rate` a second: what people see when the platform is not saturated."""
    gateway = stack.url("gateway")
    await people.refresh()
    desks = await _desks(people.registrar, stack.around.secrets.demo_password)
    timings = Timings()
    journey = Journey(people.http, people.gateway, await _upload_key(people.http, gateway), timings)
    cases = max(20, round(rate * _STEADY_SECONDS))
    say(f"{cases} cases, one each {1000 / rate:.0f} ms")
    since = time.time()
    await _drive(journey, people.citizens, desks, cases, pace=1 / rate)
    await asyncio.sleep(1)
    return {
        "cases_per_second": round(rate, 1),
        "failures": timings.failures[:20],
        "latency_ms": _by_step(timings.by_step),
        "wait_ms": _by_step(timings.waits),
        "event_hop_ms": measure.percentiles(await measure.hops(stack, since)),
    }


async def _desks(registrar: Registrar, password: str) -> Desks:
    """A reviewer and a head of each branch's unit for the item."""
    found = {}
    for branch in BRANCHES:
        unit = f"{branch}-{ITEM.split('-')[0]}"
        found[branch] = (
            await registrar.officer(f"{unit}-1", password),
            await registrar.officer(f"{unit}-2", password),
        )
    return found


async def _until_known(http: aiohttp.ClientSession, gateway: str, citizen: Person) -> None:
    """The catalogue reaches case-svc by events; a first start takes some seconds."""
    body = orjson.dumps({"item_code": ITEM})
    for _ in range(600):
        headers = citizen.headers | {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        async with http.post(f"{gateway}/api/cases", data=body, headers=headers) as answer:
            if answer.status == 201:
                return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"case-svc does not know {ITEM} after a minute")


async def _upload_key(http: aiohttp.ClientSession, gateway: str) -> str:
    async with http.get(f"{gateway}/api/catalog/items/{ITEM}") as answer:
        guide = await answer.json()
    return next(
        material["key"] for material in guide["materials"]
        if material["source"] == "applicant" and material["form"] == "electronic"
    )  # fmt: skip


async def _drive(
    journey: Journey, citizens: list[Person], desks: Desks, cases: int, *, pace: float | None = None
) -> None:
    """`CONCURRENCY` cases at a time, or with `pace` one begun each so many seconds, however many are under way."""
    numbers, done = itertools.count(), itertools.count(1)
    began = time.monotonic()

    async def worker() -> None:
        while (number := next(numbers)) < cases:
            if pace is not None:
                await asyncio.sleep(began + number * pace - time.monotonic())
            branch = BRANCHES[number % len(BRANCHES)]
            try:
                await journey.walk(citizens[number % len(citizens)], *desks[branch], branch)
            except (RuntimeError, aiohttp.ClientError, UpstreamError, TimeoutError) as error:
                journey.timings.failures.append(repr(error)[:500])
            if (finished := next(done)) % 200 == 0:
                say(f"  {finished} of {cases}")

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY if pace is None else cases)))


async def _report(
    stack: EmbeddedStack, timings: Timings, cases: int, elapsed: float,
    used: dict[str, float], own: float, since: float,
) -> dict[str, Any]:  # fmt: skip
    served = max(1, cases - len(timings.failures))
    by_process = {name: round(seconds * 1000 / served, 2) for name, seconds in used.items()}
    memory = measure.pss_mb(stack)
    calls = sum(len(values) for values in timings.by_step.values())
    return {
        "cases": cases,
        "failures": timings.failures[:20],
        "seconds": round(elapsed, 1),
        "cases_per_second": round(served / elapsed, 1),
        "cpu_ms_per_case": round(sum(by_process.values()), 1),
        "cpu_ms_per_case_by_process": by_process,
        "cpu_ms_per_case_of_the_load": round(own * 1000 / served, 2),
        "calls_per_case": round(calls / served, 1),
        "latency_ms": _by_step(timings.by_step),
        "wait_ms": _by_step(timings.waits),
        "event_hop_ms": measure.percentiles(await measure.hops(stack, since)),
        "pss_mb": memory,
        "pss_mb_total": round(sum(memory.values()), 1),
    }


def _by_step(values: Mapping[str, list[float]]) -> dict[str, Any]:
    return {step: measure.percentiles(seconds) for step, seconds in sorted(values.items())}
