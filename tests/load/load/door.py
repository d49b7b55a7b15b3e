"""What one request costs at the door: the gateway's CPU with everything on, what each feature takes of it, nginx's CPU
for the same request to the same service, and how much later the answer comes than from the service itself."""

import contextlib
import statistics
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
from embedded import ports, probes
from embedded.process import PartProcess
from embedded.services import GATEWAY, http_url, service_part
from embedded.stack import EmbeddedStack

from .driving_hard import drive
from .gateway_without import PARTS
from .measure import process_seconds
from .pace import added_ms
from .people import Person
from .plain_nginx import plain_nginx
from .progress import say

_SERVICE, _PATH = "catalog-svc", "/api/catalog/stats"
"""Small, quick, and the token that comes with it is checked at the gateway."""
_ROUNDS = 5
_SECONDS = 1
_WARM_UP = 1
_ORIGIN = "https://www.example.cn"
_BEHIND_A_PROXY = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Origin": _ORIGIN}
"""As a browser's request arrives from another origin, through the proxy that speaks TLS."""
_EVERYTHING, _NGINX = "everything", "nginx"
_AGAIN = "everything again"
"""Twice the same, to see how far off the figures are."""


@dataclass(frozen=True)
class _Measured:
    """One program in front of the service."""

    name: str
    url: str
    pid: int


async def at_the_door(stack: EmbeddedStack, http: aiohttp.ClientSession, caller: Person) -> dict[str, Any]:
    """`gateway_cpu_us`, `nginx_cpu_us` a request, medians of turns; `gateway_feature_us`: how much less it is without;
    `gateway_added_ms`. What concerns nginx is None where it is not installed."""
    headers = caller.headers | _BEHIND_A_PROXY
    async with contextlib.AsyncExitStack() as running:
        programs = [await running.enter_async_context(_gateway(stack, name)) for name in _variants(stack)]
        nginx = await running.enter_async_context(plain_nginx(stack.url(_SERVICE).removeprefix("http://")))
        programs += [_Measured(_NGINX, *nginx)] if nginx else []
        for program in programs:
            await drive(http, program.url + _PATH, headers, _WARM_UP)
        costs: dict[str, list[float]] = {program.name: [] for program in programs}
        for number in range(_ROUNDS):
            say(f"  turn {number + 1} of {_ROUNDS}")
            # Whoever comes first is measured in another state of the machine: each turn begins with another.
            first = number * len(programs) // _ROUNDS
            for program in programs[first:] + programs[:first]:
                costs[program.name].append(await _cost(http, program, headers))
        say("  500 requests a second, through the gateway and past it")
        added = await added_ms(programs[0].url, stack.url(_SERVICE), _PATH, headers)
    return _report(costs) | added


def _report(costs: dict[str, list[float]]) -> dict[str, Any]:
    nginx, everything, again = (costs.pop(name, []) for name in (_NGINX, _EVERYTHING, _AGAIN))
    # What disturbs only ever adds: the least of each is nearest to what it is.
    least = min(everything + again)
    return {
        "gateway_cpu_us": _median(everything + again),
        "nginx_cpu_us": _median(nginx) if nginx else None,
        "gateway_nginx_ratio": round(_median(everything + again) / _median(nginx), 1) if nginx else None,
        "gateway_feature_us": {name: round(least - min(found), 1) for name, found in costs.items()},
        "gateway_feature_off_by_us": round(abs(min(everything) - min(again)), 1),
    }


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 1)


async def _cost(http: aiohttp.ClientSession, program: _Measured, headers: dict[str, str]) -> float:
    before = process_seconds(program.pid)
    count = await drive(http, program.url + _PATH, headers, _SECONDS)
    return (process_seconds(program.pid) - before) * 1e6 / count


def _variants(stack: EmbeddedStack) -> dict[str, dict[str, str | None]]:
    """Name → what its environment has other than everything: None, not at all."""
    address = stack.url(_SERVICE)
    by_setting: dict[str, dict[str, str | None]] = {
        "limits": {"REDIS_URL": None},
        "a second instance": {"CATALOG_URL": address},
        "trusted proxies": {"TRUSTED_PROXIES": ""},
        "other origins": {"CORS_ORIGINS": ""},
    }
    return {_EVERYTHING: {}, _AGAIN: {}} | by_setting | {part: {} for part in PARTS}


@contextlib.asynccontextmanager
async def _gateway(stack: EmbeddedStack, name: str) -> AsyncIterator[_Measured]:
    """A gateway of its own, with everything on but for what `name` says."""
    port = ports.choose([name], {})[name]
    address = stack.url(_SERVICE)
    everything: dict[str, str | None] = {
        "PORT": str(port),
        "CATALOG_URL": f"{address},{address.replace('127.0.0.1', 'localhost')}",  # one service by two names
        "TRUSTED_PROXIES": "127.0.0.0/8",
        "CORS_ORIGINS": _ORIGIN,
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    part = service_part(GATEWAY, stack.around)
    env = part.env | everything | _variants(stack)[name]
    argv = [sys.executable, "-m", "load.gateway_without", *([name] if name in PARTS else [])]
    process = PartProcess(
        replace(
            part,
            name=f"gateway-{name.replace(' ', '-').replace(',', '')}",
            argv=argv,
            env={key: value for key, value in env.items() if value is not None},
            port=port,
            ready=probes.http(port),
        ),
        stack.folder,
    )
    await process.start()
    try:
        assert process.pid is not None
        yield _Measured(name, http_url(port), process.pid)
    finally:
        await process.stop()
