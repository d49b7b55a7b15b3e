"""The services behind the gateway: one pool of connections for each."""

import asyncio
from typing import Any

import orjson
from chassis.http_client import Answer, BadAnswer, Headers, Pool
from chassis.telemetry import context

from .body import Upload


class Upstream:
    """Passes requests on as they are: nothing decoded, followed, or remembered between two callers.

    A service that hangs can hold `connections` of ours, and none of another service's.
    """

    def __init__(self, base_urls: dict[str, str], *, connections: int, connect_timeout: float) -> None:
        self._pools = {
            service: Pool(base, connections=connections, connect_timeout=connect_timeout)
            for service, base in base_urls.items()
        }

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()

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

        A pooled connection that turns out to be dead is replaced once, for idempotent methods whose body was
        not touched; anything else raises UpstreamError. What the body raises passes through.
        """
        length = body.length if isinstance(body, Upload) else None
        return await self._pools[service].request(
            method, target, headers, body, length=length, silence=silence
        )

    async def get_json(
        self, service: str, path: str, seconds: float, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """A JSON answer: (status, body). Raises UpstreamError, also where it is no JSON."""
        work = context.current()
        ours = {"x-request-id": work.request_id, "traceparent": work.traceparent} if work else {}
        pairs = [(name.encode(), value.encode()) for name, value in (ours | (headers or {})).items()]
        until = asyncio.get_running_loop().time() + seconds
        answer = await self._pools[service].request(
            b"GET", path.encode(), pairs, silence=seconds, until=until
        )
        try:
            return answer.status, orjson.loads(await answer.read())
        except ValueError as error:
            raise BadAnswer(f"{service} answered {path} with no JSON") from error
        finally:
            answer.close()
