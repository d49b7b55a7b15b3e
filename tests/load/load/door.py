"""What one request costs at the door: the gateway's CPU with everything on, what each feature takes of it, nginx's CPU
for the same request to the same service, and how much later the answer comes than from the service itself."""

import contextlib
import statistics
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

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
_ROUNDS = 6
_SECONDS = 1
_WARM_UP = 1
_ORIGIN = "https://www.example.cn"
_BEHIND_A_PROXY = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Origin": _ORIGIN}
"""As a browser's request arrives from another origin, through the proxy that speaks TLS."""
_EVERYTHING, _NGINX = "everything", "nginx"
_AGAIN = "nothing (how far off these figures are)"
"""A second gateway with everything on, measured as if a part of it were missing."""


class _Pair(NamedTuple):
    """CPU a request, in µs: of one program, and of the gateway with everything on in the seconds beside it."""

    cost: float
    beside: float


@dataclass(frozen=True)
class _Measured:
    """One program in front of the service."""

    name: str
    url: str
    pid: int


async def at_the_door(stack: EmbeddedStack, http: aiohttp.ClientSession, caller: Person) -> dict[str, Any]:
    """`gateway_cpu_us`, `nginx_cpu_us` a request, medians; `gateway_feature_us`: how much less it is without;
    `gateway_added_ms`. What concerns nginx is None where it is not installed."""
    headers = caller.headers | _BEHIND_A_PROXY
    async with contextlib.AsyncExitStack() as running:
        everything, *others = [
            await running.enter_async_context(_gateway(stack, name)) for name in _variants(stack)
        ]
        nginx = await running.enter_async_context(plain_nginx(stack.url(_SERVICE).removeprefix("http://")))
        others += [_Measured(_NGINX, *nginx)] if nginx else []
        for program in (everything, *others):
            await drive(http, program.url + _PATH, headers, _WARM_UP)
        costs = await _beside_each_other(http, everything, others, headers)
        say("  500 requests a second, through the gateway and past it")
        added = await added_ms(everything.url, stack.url(_SERVICE), _PATH, headers)
    return _report(costs) | added


async def _beside_each_other(
    http: aiohttp.ClientSession, everything: _Measured, others: list[_Measured], headers: dict[str, str]
) -> dict[str, list[_Pair]]:
    """What each costs a request, and what the gateway with everything on does right before and after.

    Neighbours change from one second to the next by more than any feature takes: only moments beside
    each other can be compared.
    """
    pairs: dict[str, list[_Pair]] = {program.name: [] for program in others}
    for number in range(_ROUNDS):
        say(f"  turn {number + 1} of {_ROUNDS}")
        before = await _cost(http, everything, headers)
        for program in others:
            cost = await _cost(http, program, headers)
            after = await _cost(http, everything, headers)
            pairs[program.name].append(_Pair(cost, (before + after) / 2))
            before = after
    return pairs


def _report(pairs: dict[str, list[_Pair]]) -> dict[str, Any]:
    everything = _median([pair.beside for found in pairs.values() for pair in found])
    nginx = pairs.pop(_NGINX, [])
    return {
        "gateway_cpu_us": everything,
        "nginx_cpu_us": _median([pair.cost for pair in nginx]) if nginx else None,
        "gateway_nginx_ratio": _median([pair.beside / pair.cost for pair in nginx]) if nginx else None,
        "gateway_feature_us": {
            name: _median([pair.beside - pair.cost for pair in found]) for name, found in pairs.items()
        },
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
