"""Told to stop, the gateway turns nobody away who could not know, and is gone in time."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
from chassis.testing import Tokens
from gateway_kit.door import services_for
from gateway_kit.process import GatewayProcess, gateway_process
from gateway_kit.services import LOOPBACK, Asked, Service, answer
from gateway_kit.wire import Wire


@pytest.fixture
async def services(tokens: Tokens) -> AsyncIterator[dict[str, Service]]:
    async with services_for(tokens) as running:
        yield running


class Held:
    """A script that answers when it is let."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, asked: Asked, writer) -> None:
        await asked.read()
        self.asked.set()
        await self.go_on.wait()
        writer.write(answer(b"finished"))


@contextlib.asynccontextmanager
async def wire_to(gateway: GatewayProcess) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection(LOOPBACK, gateway.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


async def get(wire: Wire, path: str):
    await wire.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
    return await wire.answer()


async def until_unready(gateway: GatewayProcess) -> None:
    async with asyncio.timeout(20):
        while True:
            async with wire_to(gateway) as wire:
                found = await get(wire, "/readyz")
            if found.status == 503:
                assert b"stopping" in found.body
                return
            await asyncio.sleep(0.02)


async def test_while_draining_it_is_unready_serves_on_and_ends_connections(services: dict[str, Service]):
    held = services["case"].script = Held()
    async with (
        gateway_process(services, DRAIN_SECONDS="600") as gateway,
        wire_to(gateway) as kept,
        wire_to(gateway) as busy,
    ):
        assert (await get(kept, "/api/catalog/items")).get("connection") is None
        await busy.send("POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        await held.asked.wait()
        gateway.process.send_signal(signal.SIGTERM)
        await until_unready(gateway)

        async with wire_to(gateway) as new:  # who has not seen yet that we go
            for wire in (new, kept):
                found = await get(wire, "/api/catalog/items")
                assert found.status == 200 and found.get("connection") == "close"
                assert await wire.is_closed()
            async with wire_to(gateway) as alive:
                assert (await get(alive, "/healthz")).status == 200
        held.go_on.set()
        found = await busy.answer()
        assert (found.status, found.body, found.get("connection")) == (200, b"finished", "close")
        assert await busy.is_closed()


async def test_when_the_drain_is_over_it_ends_with_what_is_under_way(services: dict[str, Service]):
    held = services["case"].script = Held()
    async with gateway_process(services, DRAIN_SECONDS="0.3", FINISH_SECONDS="600") as gateway:
        async with wire_to(gateway) as idle, wire_to(gateway) as busy:
            assert (await get(idle, "/healthz")).status == 200
            await busy.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
            await held.asked.wait()
            gateway.process.send_signal(signal.SIGTERM)
            assert await idle.is_closed()
            await no_longer_listens(gateway.port)
            held.go_on.set()
            assert (await busy.answer()).body == b"finished"
        async with asyncio.timeout(20):
            await gateway.process.wait()


async def test_what_does_not_end_is_told_so_and_does_not_hold_up_a_stop(services: dict[str, Service]):
    held = services["case"].script = Held()
    async with gateway_process(services, FINISH_SECONDS="1") as gateway, wire_to(gateway) as busy:
        await busy.send("POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        await held.asked.wait()
        gateway.process.send_signal(signal.SIGTERM)
        found = await busy.answer()
        assert found.status == 503 and found.get("retry-after") and b"Idempotency-Key" in found.body
        async with asyncio.timeout(20):
            await gateway.process.wait()


async def test_request_under_way_is_finished_before_stopping(services: dict[str, Service]):
    asked_for, go_on = asyncio.Event(), asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        asked_for.set()
        await go_on.wait()
        writer.write(answer(b"finished"))

    services["case"].script = script
    async with gateway_process(services) as gateway, aiohttp.ClientSession() as client:
        request = asyncio.create_task(client.post(gateway.url + "/api/cases", data=b"{}"))
        await asked_for.wait()
        gateway.process.send_signal(signal.SIGTERM)
        await no_longer_listens(gateway.port)
        go_on.set()
        response = await request
        assert response.status == 200 and await response.read() == b"finished"
        async with asyncio.timeout(10):
            await gateway.process.wait()


async def no_longer_listens(port: int) -> None:
    async with asyncio.timeout(10):
        with contextlib.suppress(OSError):
            while True:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
                writer.close()
                await asyncio.sleep(0.02)


async def test_idle_connections_do_not_hold_up_a_stop(services: dict[str, Service]):
    async with gateway_process(services) as gateway, aiohttp.ClientSession() as client:
        async with client.get(gateway.url + "/api/cases/1") as response:
            assert response.status == 200
        _, writer = await asyncio.open_connection(LOOPBACK, gateway.port)
        gateway.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(8):
            assert await gateway.process.wait() == 0
        assert (await gateway.process.stderr.read()) == b""
        writer.close()
