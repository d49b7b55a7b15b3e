"""What routes take from the request besides its body."""

import ipaddress
from typing import Annotated

from chassis.paging import decode_cursor
from fastapi import Depends, Query, Request, Response

from ..application.handlers import Menu
from ..domain.devices import Client, device_of


async def _menu(request: Request) -> Menu:
    menu: Menu = request.app.state.menu
    return menu


async def client_address(request: Request) -> str:
    """Who to count tries for: the peer's address, of IPv6 its /64, which is one household's.

    Behind the gateway the server has already put the forwarded address in place of the peer's
    (TRUSTED_PROXIES says which peers it believes).
    """
    host = request.client.host if request.client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


async def _client(request: Request) -> Client:
    return Client(await client_address(request), device_of(request.headers.get("user-agent", "")))


async def not_cached(response: Response) -> None:
    """For routers whose answers carry tokens or somebody's data (RFC 6749 §5.1)."""
    response.headers["Cache-Control"] = "no-store"


async def _after_code(cursor: Annotated[str | None, Query(max_length=500)] = None) -> str:
    key = decode_cursor(cursor, str)
    return key[0] or "" if key else ""


TheMenu = Annotated[Menu, Depends(_menu)]
ClientAddress = Annotated[str, Depends(client_address)]
TheClient = Annotated[Client, Depends(_client)]
"""Who asks from where and with what, for whoever opens a session."""
AfterCode = Annotated[str, Depends(_after_code)]
"""The code after which a list goes on; empty at its beginning."""
Limit = Annotated[int, Query(ge=1, le=500, description="每页条数 · rows a page")]
Code = Annotated[str | None, Query(max_length=40)]
