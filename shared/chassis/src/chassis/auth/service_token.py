"""Tokens with which one service calls another."""

import asyncio
import time

import httpx2


class ServiceToken:
    """A service's own access token, fetched from identity with its secret and kept until shortly before its end."""

    def __init__(self, identity_url: str, service: str, secret: str) -> None:
        self._client = httpx2.AsyncClient(base_url=identity_url, timeout=5)
        self._body = {"service": service, "secret": secret}
        self._token: str | None = None
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """The token; raises httpx2.HTTPError while identity cannot give one."""
        async with self._lock:
            if self._token is None or time.monotonic() > self._until:
                response = await self._client.post("/internal/service-tokens", json=self._body)
                response.raise_for_status()
                answer = response.json()
                self._token = str(answer["access_token"])
                self._until = time.monotonic() + float(answer["expires_in"]) - 60
            return self._token

    async def close(self) -> None:
        await self._client.aclose()
