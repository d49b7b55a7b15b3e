"""`python -m load --cases 300 --seed 10000 --out .bench`."""

import argparse
import asyncio
import itertools
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from embedded.services import SERVICES
from embedded.stack import EmbeddedStack

from . import measure
from .journey import ITEM, Journey, Timings
from .people import Person, Registrar, demo_logins

CONCURRENCY = 24
CITIZENS = 40
BRANCHES = ("XC", "BL", "LH", "YT", "BQ", "WY")
FAST = {
    "gateway": {"IP_RATE": "100000", "IP_BURST": "200000", "LOG_IN_RATE": "10000", "LOG_IN_BURST": "20000"},
    "identity-svc": {"CODES_PER_ADDRESS_HOUR": "100000", "ATTEMPTS_PER_ADDRESS": "100000"},
    "partners": {"PARTNERS_COURIER_STEP_SECONDS": "0"},
}


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


async def main() -> int:
    arguments = argparse.ArgumentParser(prog="load")
    arguments.add_argument("--cases", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--out", type=Path, default=Path(".bench"))
    arguments.add_argument("--data", type=Path, help="keep the platform's data here")
    wanted = arguments.parse_args()
    data = wanted.data or Path(tempfile.mkdtemp(prefix="bench-"))
    stack = EmbeddedStack(data, extra=FAST)
    say("starting the platform")
    await stack.start(lambda name, seconds: seconds is not None and say(f"  {name} {seconds:.1f} s"))
    try:
        if wanted.seed:
            from .seed import seed

            await seed(stack, wanted.seed, say)
        result = await run(stack, wanted.cases)
        result["seeded_cases"] = wanted.seed
    finally:
        await stack.stop()
        if wanted.data is None:
            shutil.rmtree(data, ignore_errors=True)
    wanted.out.mkdir(parents=True, exist_ok=True)
    (wanted.out / "latest.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 1 if result["failures"] else 0


async def run(stack: EmbeddedStack, cases: int) -> dict[str, Any]:
    connector = aiohttp.TCPConnector(limit=200)
    async with aiohttp.ClientSession(connector=connector) as http:
        gateway = stack.url("gateway")
        registrar = Registrar(http, gateway, stack.url("partners"), stack.control_token)
        say("registering citizens, logging officers in")
        citizens = [await registrar.citizen() for _ in range(CITIZENS)]
        desks = await _desks(registrar, stack)
        key = await _upload_key(http, gateway)
        await _until_known(http, gateway, citizens[0])
        warm = Timings()
        say("warming up")
        await _drive(Journey(http, gateway, key, warm), citizens, desks, 24)
        timings = Timings()
        say(f"{cases} cases, {CONCURRENCY} at a time")
        since, before = time.time(), measure.cpu_seconds(stack)
        started = time.perf_counter()
        await _drive(Journey(http, gateway, key, timings), citizens, desks, cases)
        elapsed = time.perf_counter() - started
        after = measure.cpu_seconds(stack)
        await asyncio.sleep(1)
        return await _report(stack, timings, cases, elapsed, before, after, since) | {
            "gateway_cpu_us": None,
            "nginx_cpu_us": None,
        }


async def _desks(registrar: Registrar, stack: EmbeddedStack) -> dict[str, tuple[Person, Person]]:
    """A reviewer and a head for each branch's household unit."""
    password = stack.around.secrets.demo_password
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
    for _ in range(600):
        headers = citizen.headers | {"Idempotency-Key": str(uuid4())}
        async with http.post(f"{gateway}/api/cases", json={"item_code": ITEM}, headers=headers) as answer:
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
    journey: Journey, citizens: list[Person], desks: dict[str, tuple[Person, Person]], cases: int
) -> None:
    numbers = itertools.count()
    done = itertools.count(1)

    async def worker() -> None:
        while (number := next(numbers)) < cases:
            branch = BRANCHES[number % len(BRANCHES)]
            try:
                await journey.walk(citizens[number % len(citizens)], *desks[branch], branch)
            except (RuntimeError, aiohttp.ClientError, TimeoutError) as error:
                journey.timings.failures.append(repr(error)[:500])
            if (finished := next(done)) % 200 == 0:
                say(f"  {finished} of {cases}")

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))


async def _report(
    stack: EmbeddedStack, timings: Timings, cases: int, elapsed: float,
    before: dict[str, float], after: dict[str, float], since: float,
) -> dict[str, Any]:  # fmt: skip
    served = cases - len(timings.failures)
    by_process = {name: round((after[name] - before[name]) * 1000 / max(1, served), 2) for name in after}
    memory = measure.pss_mb(stack)
    return {
        "cases": cases,
        "failures": timings.failures[:20],
        "seconds": round(elapsed, 1),
        "cases_per_second": round(served / elapsed, 1),
        "cpu_ms_per_case": round(sum(by_process.values()), 1),
        "cpu_ms_per_case_by_process": by_process,
        "latency_ms": {step: measure.percentiles(values) for step, values in sorted(timings.by_step.items())},
        "wait_ms": {step: measure.percentiles(values) for step, values in sorted(timings.waits.items())},
        "event_hop_ms": measure.percentiles(await measure.hops(stack, SERVICES[2:], since)),
        "pss_mb": memory,
        "pss_mb_total": round(sum(memory.values()), 1),
    }


if __name__ == "__main__":
    import uvloop

    sys.exit(uvloop.run(main()))
