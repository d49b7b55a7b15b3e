"""Answers at a given pace, through the gateway and past it."""

import asyncio
import time
from typing import Any

from chassis.http_client import Headers, Pool

from .measure import percentiles

_RATE = 500
_TURNS = 3
_SECONDS = 3
_PATIENCE = 30.0


async def added_ms(gateway: str, service: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """`gateway_added_ms`: how much later answers come through the gateway than from the service itself, p50 and p99.

    Both at 500 requests a second, in turns. A request counts from when it was due, not from when it got away.
    """
    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    waits: dict[str, list[float]] = {gateway: [], service: []}
    for _ in range(_TURNS):
        for url, found in waits.items():
            found += await _at_a_pace(url, path.encode(), sent)
    through, past = percentiles(waits[gateway]), percentiles(waits[service])
    return {
        "gateway_added_ms": {
            "p50": round(through["p50"] - past["p50"], 2),
            "p99": round(through["p99"] - past["p99"], 2),
            "rate": _RATE,
            "through": through,
            "past": past,
        }
    }


async def _at_a_pace(url: str, path: bytes, headers: Headers) -> list[float]:
    pool = Pool(url, connections=64, connect_timeout=_PATIENCE)
    clock = time.perf_counter  # the loop's goes by milliseconds
    waits: list[float] = []

    async def one(due: float) -> None:
        answer = await pool.request(b"GET", path, headers, silence=_PATIENCE)
        await answer.read()
        answer.close()
        if answer.status != 200:
            raise RuntimeError(f"{url} answered {answer.status}")
        waits.append(clock() - due)

    try:
        async with asyncio.TaskGroup() as group:
            begin = clock() + 0.05
            for number in range(_RATE * _SECONDS):
                due = begin + number / _RATE
                if (left := due - clock()) > 0:
                    await asyncio.sleep(left)
                group.create_task(one(due))
    finally:
        await pool.close()
    return waits
