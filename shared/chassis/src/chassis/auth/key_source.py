"""Where the key set comes from."""

from typing import Any

import httpx2


class RemoteKeys:
    """Identity's published key set, over HTTP."""

    def __init__(self, identity_url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=identity_url, timeout=3)

    async def __call__(self) -> dict[str, Any]:
        response = await self._client.get("/.well-known/jwks.json")
        response.raise_for_status()
        return dict(response.json())

    async def close(self) -> None:
        await self._client.aclose()
