"""Calling another of our services, as ourselves."""

from typing import Any

import httpx2

from .auth.service_token import ServiceToken
from .telemetry import context


class ServiceClient:
    """One pooled client per called service and process; every call carries the service token and the trace."""

    def __init__(self, base_url: str, token: ServiceToken, *, timeout: float = 5.0) -> None:
        self._client = httpx2.AsyncClient(base_url=base_url, timeout=timeout)
        self._token = token

    async def get_json(self, path: str, **params: str) -> Any:
        """The answer's JSON; raises httpx2.HTTPStatusError for any status but 2xx."""
        headers = {"Authorization": f"Bearer {await self._token.get()}"}
        work = context.current()
        if work is not None:
            headers["traceparent"] = work.traceparent
        response = await self._client.get(path, params=params, headers=headers)
        response.raise_for_status()
        return response.json()

    async def close(self) -> None:
        await self._client.aclose()
