"""The way to addresses that administrators of departments' systems chose."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import httpx2

from ..domain.oidc.networks import ClientNetworks

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → addresses, at least one; raises OSError."""


async def by_dns(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class OutwardTransport(httpx2.AsyncBaseTransport):
    """Resolves the name, looks at what it means, and calls that very address: what a name means may change between a
    look and a call. `inner` does the calling, with the name for TLS and `Host`."""

    def __init__(
        self, networks: ClientNetworks, inner: httpx2.AsyncBaseTransport, resolve: Resolve = by_dns
    ) -> None:
        self._networks = networks
        self._inner = inner
        self._resolve = resolve

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises httpx2.ConnectError where no address of that name may be called."""
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = await self._resolve(url.host, port)
        except OSError as error:
            raise httpx2.ConnectError(f"no address for {url.host}", request=request) from error
        allowed = next((one for one in addresses if self._networks.may_call(one)), None)
        if allowed is None:
            raise httpx2.ConnectError(f"{url.host} is in a network that may not be called", request=request)
        return await self._inner.handle_async_request(
            httpx2.Request(
                request.method,
                url.copy_with(host=allowed),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions | {"sni_hostname": url.host},
            )
        )

    async def aclose(self) -> None:
        await self._inner.aclose()
