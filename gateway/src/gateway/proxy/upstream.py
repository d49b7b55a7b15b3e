"""The services behind the gateway: some instances of each, a pool of connections to every one."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import orjson
from chassis.http_client import Answer, BadAnswer, Headers
from chassis.telemetry import context

from ..instances.checks import HealthChecks
from ..instances.instance import Instance
from ..instances.service import ServiceInstances
from .body import Upload


class Upstream:
    """Passes requests on as they are: nothing decoded, followed, or remembered between two callers.

    An instance that hangs can hold `connections` of ours, and none of another's.
    """

    def __init__(
        self,
        base_urls: Mapping[str, Sequence[str]],
        *,
        connections: int,
        connect_timeout: float,
        breaker_failures: int,
        breaker_open_seconds: float,
        health_seconds: float,
    ) -> None:
        self._services = {
            service: ServiceInstances(
                [
                    Instance(
                        service,
                        base,
                        connections=connections,
                        connect_timeout=connect_timeout,
                        breaker_failures=breaker_failures,
                        breaker_open_seconds=breaker_open_seconds,
                    )
                    for base in bases
                ]
            )
            for service, bases in base_urls.items()
        }
        self._checks = HealthChecks(self._services.values(), health_seconds)

    def watched(self) -> AbstractAsyncContextManager[None]:
        """Health is checked while this block runs."""
        return self._checks.running()

    async def close(self) -> None:
        for service in self._services.values():
            await service.close()

    async def request(
        self,
        service: str,
        method: bytes,
        target: bytes,
        headers: Headers,
        body: bytes | Upload | None,
        silence: float,
    ) -> Answer:
        """The service's answer, which the caller must `close`. `silence` in seconds; the whole may take its time.

        What was not sent goes to another instance; so does once, for idempotent methods whose body was not touched,
        what was sent and not answered. Anything else raises UpstreamError. What the body raises passes through.
        """
        length = body.length if isinstance(body, Upload) else None
        return await self._services[service].request(
            method, target, headers, body, length=length, silence=silence, until=math.inf
        )

    async def get_json(
        self, service: str, path: str, seconds: float, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """A JSON answer: (status, body). Raises UpstreamError, also where it is no JSON."""
        work = context.current()
        ours = {"x-request-id": work.request_id, "traceparent": work.traceparent} if work else {}
        pairs = [(name.encode(), value.encode()) for name, value in (ours | (headers or {})).items()]
        until = asyncio.get_running_loop().time() + seconds
        answer = await self._services[service].request(
            b"GET", path.encode(), pairs, silence=seconds, until=until
        )
        try:
            return answer.status, orjson.loads(await answer.read())
        except ValueError as error:
            raise BadAnswer(f"{service} answered {path} with no JSON") from error
        finally:
            answer.close()
