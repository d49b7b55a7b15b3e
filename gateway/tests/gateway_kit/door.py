"""A gateway under its own server on a free port, with six scripted services behind it."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import uvicorn
from chassis.testing import Tokens
from gateway.bootstrap import build
from gateway.routes import ROUTES, SERVICES, Route
from gateway.server import server_config
from gateway.settings import GatewaySettings
from gateway.stopping import GatewayServer, Stopping

from .services import LOOPBACK, Service, answer
from .wire import Wire


class Door:
    """`services` by name; `client` for what needs no bytes of one's own; `wire()` for the rest."""

    def __init__(
        self, port: int, server: uvicorn.Server, services: dict[str, Service], client: aiohttp.ClientSession
    ) -> None:
        self.port = port
        self.server = server
        self.services = services
        self.client = client

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def asked(self) -> int:
        """How many requests reached any service."""
        return sum(len(service.asked) for service in self.services.values())

    @contextlib.asynccontextmanager
    async def wire(self) -> AsyncIterator[Wire]:
        """A connection to write bytes to."""
        reader, writer = await asyncio.open_connection(LOOPBACK, self.port, limit=1 << 20)
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def services_for(tokens: Tokens) -> AsyncIterator[dict[str, Service]]:
    services = {name: Service() for name in SERVICES}
    keys = json.dumps(await tokens.key_set()).encode()
    services["identity"].pages["/.well-known/jwks.json"] = answer(keys)
    services["identity"].pages["/internal/revocations"] = answer(b'{"cursor":1,"whole":true,"revoked":[]}')
    for service in services.values():
        await service.start()
    try:
        yield services
    finally:
        for service in services.values():
            await service.stop()


def settings_for(services: dict[str, Service], **overrides: Any) -> GatewaySettings:
    urls = {f"{name}_url": service.url for name, service in services.items()}
    return GatewaySettings(**(urls | overrides))


@contextlib.asynccontextmanager
async def door(
    tokens: Tokens,
    *,
    patience: float | None = None,
    siblings: Sequence[Service] = (),
    routes: tuple[Route, ...] = ROUTES,
    **settings: Any,
) -> AsyncIterator[Door]:
    """A running gateway. `patience` replaces every route's time-out, in seconds. `siblings`: further instances of
    case-svc, running."""
    if patience is not None:
        routes = tuple(replace(route, timeout=patience) for route in routes)
    async with services_for(tokens) as services:
        if siblings:
            settings["case_url"] = ",".join(service.url for service in (services["case"], *siblings))
        chosen = settings_for(services, **settings)
        stopping = Stopping()
        app = build(chosen, routes, stopping)
        server = GatewayServer(server_config(app, chosen), stopping, chosen.drain_seconds)
        with socket.socket() as listening:
            listening.bind((LOOPBACK, 0))
            await _start(server, listening)
            client = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
            try:
                async with client:
                    yield Door(listening.getsockname()[1], server, services, client)
            finally:
                await _stop(server)


async def _start(server: uvicorn.Server, listening: socket.socket) -> None:
    # What `Server.serve` does, without its signals and its clock: those are for a process of one's own.
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup([listening])
    await server.on_tick(0)


async def _stop(server: uvicorn.Server) -> None:
    for listener in server.servers:
        listener.close()
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    await server.lifespan.shutdown()
