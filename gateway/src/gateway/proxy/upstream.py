"""One pooled, streaming HTTP client for all services."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

_SKIPPED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class Upstream:
    """Passes requests on as they are: nothing decoded, followed, or remembered between two callers."""

    def __init__(self, base_urls: dict[str, str], *, connections: int, connect_timeout: float) -> None:
        self._bases = {service: base.rstrip("/") for service, base in base_urls.items()}
        self._connections = connections
        self._connect_timeout = connect_timeout
        self._session: ClientSession | None = None

    async def open(self) -> None:
        self._session = ClientSession(
            connector=TCPConnector(limit=self._connections, keepalive_timeout=30, ttl_dns_cache=30),
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            skip_auto_headers=_SKIPPED,
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
        body: bytes | AsyncIterator[bytes] | None,
        timeout: float,
    ) -> Any:
        """An aiohttp request context. `timeout` bounds silence, not the whole: a large stream may take its time."""
        assert self._session is not None
        return self._session.request(
            method,
            URL(self._bases[service] + target, encoded=True),
            headers=headers,
            data=body,
            allow_redirects=False,
            timeout=ClientTimeout(total=None, sock_connect=self._connect_timeout, sock_read=timeout),
        )

    async def get_json(self, service: str, path: str, headers: dict[str, str], timeout: float) -> tuple[int, Any]:
        """A small JSON answer: (status, body). Raises aiohttp.ClientError or TimeoutError."""
        assert self._session is not None
        async with self._session.get(
            self._bases[service] + path, headers=headers, timeout=ClientTimeout(total=timeout)
        ) as response:
            return response.status, await response.json(content_type=None)


UPSTREAM_FAILURES = (aiohttp.ClientError, TimeoutError, OSError)
