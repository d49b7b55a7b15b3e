"""One measured run on a platform that is up: people, a warm-up, the cases, the report."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp
import orjson
from chassis.http_client import Pool
from embedded.stack import EmbeddedStack

from . import measure
from .driving import BusyCrowd, Desks, Driver
from .journey import ITEM, Journey, Timings
from .people import Person, Registrar
from .profiling import Profiler
from .progress import say
from .yardstick import median, yardstick

CONCURRENCY = 80
"""Pages of a case wait 1.5 s by themselves, and a case takes some 2.1: fewer do not fill two cores (64: some 90 %)."""
CITIZENS = 80
BRANCHES = ("XC", "BL", "LH", "YT", "BQ", "WY")
WARM_UP = 150
"""Cases before the measuring: each connection plans each statement once."""
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
        "DEAR_RATE": "10000",
        "DEAR_BURST": "20000",
    },
    "identity-svc": {
        "CODES_PER_ADDRESS_HOUR": "100000",
        "CODES_PER_ADDRESS_DAY": "100000",
        "SMS_PER_MINUTE": "100000",
        "SMS_PER_DAY": "100000",
        "ATTEMPTS_PER_ADDRESS": "100000",
    },
    "partners": {"PARTNERS_COURIER_STEP_SECONDS": "0"},
}
"""Limits that one address with forty citizens would meet, raised; couriers who do not sleep. Nothing else."""


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
async def crowd(stack: EmbeddedStack, citizens: int = CITIZENS) -> AsyncIterator[Crowd]:
    """Registers the citizens and waits until the catalogue has reached case-svc."""
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=200), cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        gateway = stack.url("gateway")
        registrar = Registrar(http, gateway, stack.url("partners"), stack.control_token)
        say(f"registering {citizens} citizens")
        registered = await registrar.citizens(citizens)
        await _until_known(http, gateway, registered[0])
        pool = Pool(gateway, connections=_CONNECTIONS, connect_timeout=10)
        try:
            yield Crowd(http, pool, registrar, registered)
        finally:
            await pool.close()


async def measured(
    stack: EmbeddedStack, people: Crowd, cases: int, profiler: Profiler | None = None
) -> dict[str, Any]:
    """The figures of the time in which `cases` cases ended, in the middle of a crowd that goes on before and after.

    `profiler` watches the same seconds.
    """
    driver = await driver_of(stack, people)
    watching = profiler.watching(stack) if profiler else contextlib.nullcontext()
    async with BusyCrowd(driver, CONCURRENCY).walking() as crowd:
        say(f"{CONCURRENCY} at a time; warming up")
        await crowd.ended(WARM_UP)
        say(f"{cases} cases, measured")
        async with watching, yardstick() as readings:
            timings = driver.journey.timings = Timings()
            since, before = time.time(), measure.cpu_seconds(stack)
            own = time.process_time()
            await crowd.ended(cases)
            own = time.process_time() - own
            until, after = time.time(), measure.cpu_seconds(stack)
            driver.journey.timings = Timings()
    for failure in timings.failures[:3]:
        say(f"  failed: {failure}")
    await asyncio.sleep(1)  # the last events arrive
    used = {name: after[name] - before[name] for name in after}
    report = await _report(stack, timings, cases, used, own, since, until)
    return report | {"yardstick_us": median(readings)}


async def steady(stack: EmbeddedStack, people: Crowd, rate: float) -> dict[str, Any]:
    """Answers and hops while cases begin at `rate` a second: what people see when the platform is not saturated."""
    driver = await driver_of(stack, people)
    timings = driver.journey.timings
    cases = max(20, round(rate * _STEADY_SECONDS))
    say(f"{cases} cases, one each {1000 / rate:.0f} ms")
    since = time.time()
    await driver.at_a_pace(cases, 1 / rate)
    until = time.time()
    await asyncio.sleep(1)
    return {
        "cases_per_second": round(rate, 1),
        "failures": timings.failures[:20],
        "latency_ms": _by_step(timings.by_step),
        "wait_ms": _by_step(timings.waits),
        "event_hop_ms": measure.percentiles(await measure.hops(stack, since, until)),
    }


async def driver_of(stack: EmbeddedStack, people: Crowd) -> Driver:
    """With new tokens, for a run of its own."""
    await people.refresh()
    key = await _upload_key(people.http, stack.url("gateway"))
    journey = Journey(people.http, people.gateway, key, Timings())
    return Driver(
        journey, people.citizens, await _desks(people.registrar, stack.around.secrets.demo_password)
    )


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


async def _report(
    stack: EmbeddedStack, timings: Timings, cases: int,
    used: dict[str, float], own: float, since: float, until: float,
) -> dict[str, Any]:  # fmt: skip
    served = max(1, cases - len(timings.failures))
    elapsed = until - since
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
        "event_hop_ms": measure.percentiles(await measure.hops(stack, since, until)),
        "pss_mb": memory,
        "pss_mb_total": round(sum(memory.values()), 1),
    }


def _by_step(values: Mapping[str, list[float]]) -> dict[str, Any]:
    return {step: measure.percentiles(seconds) for step, seconds in sorted(values.items())}
