"""One pooled, streaming HTTP client for all services."""

from typing import Any

import aiohttp
import orjson
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from chassis.telemetry import context
from yarl import URL

from .body import Upload

UPSTREAM_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)

# Added by aiohttp to every request unless told not to.
_NOT_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
# Shorter than the services' 75 s: it is never they who close a connection that we are about to use.
_KEEP_ALIVE_SECONDS = 30.0


class Upstream:
    """Passes requests on as they are: nothing decoded, followed, or remembered between two callers.

    A service that hangs can hold `connections` of ours, and none of another service's.
    """

    def __init__(self, base_urls: dict[str, str], *, connections: int, connect_timeout: float) -> None:
        self._bases = {service: base.rstrip("/") for service, base in base_urls.items()}
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._timeouts: dict[float, ClientTimeout] = {}
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(
            connector=TCPConnector(
                limit=0,
                limit_per_host=self._connections,
                keepalive_timeout=_KEEP_ALIVE_SECONDS,
                ttl_dns_cache=30,
            ),
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            skip_auto_headers=_NOT_ADDED,
            trust_env=False,
            read_bufsize=65_536,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def request(
        self,
        service: str,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: bytes | Upload | None,
        silence: float,
    ) -> Any:
        """An aiohttp request context. `silence` in seconds; the whole may take its time.

        A pooled connection that turns out to be dead is replaced once, for idempotent methods whose body was
        not touched; anything else raises.
        """
        assert self._session is not None
        return self._session.request(
            method,
            URL(self._bases[service] + target, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            timeout=self._timeout(silence),
        )

    def _timeout(self, silence: float) -> ClientTimeout:
        timeout = self._timeouts.get(silence)
        if timeout is None:
            # `connect` bounds the wait for a free connection too.
            timeout = ClientTimeout(total=None, connect=self._connect_timeout, sock_read=silence)
            self._timeouts[silence] = timeout
        return timeout

    async def get_json(
        self, service: str, path: str, seconds: float, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """A JSON answer: (status, body). Raises one of `UPSTREAM_FAILURES`, also where it is no JSON."""
        assert self._session is not None
        work = context.current()
        ours = {"x-request-id": work.request_id, "traceparent": work.traceparent} if work else {}
        timeout = ClientTimeout(total=seconds)
        request = self._session.get(
            self._bases[service] + path,
            headers=ours | (headers or {}),
            timeout=timeout,
            allow_redirects=False,
        )
        async with request as response:
            body = await response.read()
            try:
                return response.status, orjson.loads(body)
            except ValueError as error:
                raise aiohttp.ClientPayloadError(f"{service} answered {path} with no JSON") from error
