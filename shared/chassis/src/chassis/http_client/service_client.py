"""Calling another of our services, as ourselves."""

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson

from ..auth.service_token import ServiceToken
from ..telemetry import context
from .errors import UpstreamError
from .pool import Pool

_CONNECTIONS = 100


class CallFailed(Exception):
    """Another service did not answer as it should; `status` is None where it did not answer at all."""

    def __init__(self, path: str, status: int | None, cause: object = None) -> None:
        super().__init__(f"{path}: {status or cause!r}")
        self.status = status


class ServiceClient:
    """One pool per called service and process; every call carries the service token and the trace."""

    def __init__(self, base_url: str, token: ServiceToken, *, timeout: float = 5.0) -> None:
        """`timeout`: seconds that a call may take, connecting included."""
        self._pool = Pool(base_url, connections=_CONNECTIONS, connect_timeout=timeout)
        self._timeout = timeout
        self._token = token

    async def get_json(self, path: str, **params: str | Sequence[str]) -> Any:
        """The answer's JSON; raises CallFailed for any status but 2xx, and where nobody answers.

        A parameter with several values is sent several times.
        """
        return orjson.loads(await self.get_bytes(path, **params))

    async def get_bytes(self, path: str, **params: str | Sequence[str]) -> bytes:
        """The answer's body; raises CallFailed like `get_json`."""
        target = f"{path}?{urlencode(params, doseq=True)}" if params else path
        try:
            headers = [(b"authorization", b"Bearer " + (await self._token.get()).encode())]
            work = context.current()
            if work is not None:
                headers.append((b"traceparent", work.traceparent.encode()))
            until = asyncio.get_running_loop().time() + self._timeout
            answer = await self._pool.request(
                b"GET", target.encode(), headers, silence=self._timeout, until=until
            )
            try:
                body = await answer.read()
            finally:
                answer.close()
        except (UpstreamError, httpx2.HTTPError) as error:
            raise CallFailed(path, None, error) from error
        if not 200 <= answer.status < 300:
            raise CallFailed(path, answer.status)
        return bytes(body)

    async def close(self) -> None:
        await self._pool.close()
