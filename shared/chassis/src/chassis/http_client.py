"""Calling another of our services, as ourselves."""

from typing import Any

import aiohttp
import httpx2
import orjson
from yarl import URL

from .auth.service_token import ServiceToken
from .telemetry import context


class CallFailed(Exception):
    """Another service did not answer as it should; `status` is None where it did not answer at all."""

    def __init__(self, path: str, status: int | None, cause: object = None) -> None:
        super().__init__(f"{path}: {status or cause!r}")
        self.status = status


class ServiceClient:
    """One pooled client per called service and process; every call carries the service token and the trace.

    aiohttp, because a call through it costs a quarter of the CPU of one through httpx2, and a case needs several.
    """

    def __init__(self, base_url: str, token: ServiceToken, *, timeout: float = 5.0) -> None:
        self._base = base_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None
        self._token = token

    async def get_json(self, path: str, **params: str) -> Any:
        """The answer's JSON; raises CallFailed for any status but 2xx, and where nobody answers."""
        try:
            headers = {"Authorization": f"Bearer {await self._token.get()}"}
            work = context.current()
            if work is not None:
                headers["traceparent"] = work.traceparent
            url = URL(self._base + path).with_query(params)
            async with self._pool().get(url, headers=headers, allow_redirects=False) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, httpx2.HTTPError, OSError, TimeoutError) as error:
            raise CallFailed(path, None, error) from error
        if not 200 <= answer.status < 300:
            raise CallFailed(path, answer.status)
        return orjson.loads(body)

    def _pool(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
