"""Callers who send or read too slowly hold a service's connection, and are given up."""

import asyncio

import pytest
from gateway_kit.door import Door
from gateway_kit.services import Asked, answer


async def test_slow_body_is_given_up(gateway: Door, monkeypatch):
    monkeypatch.setattr("gateway.proxy.body._SILENCE", 0.2)
    for length in (10, 1_000_000):
        async with gateway.wire() as wire:
            await wire.send(f"POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nhalf")
            assert (await wire.answer()).status == 408


@pytest.mark.parametrize("length", [60_000, 1_000_000])
async def test_body_that_trickles_is_given_up(gateway: Door, monkeypatch, length: int):
    """Each byte in time, and all of them never."""
    monkeypatch.setattr("gateway.proxy.body._SILENCE", 0.5)
    monkeypatch.setattr("gateway.proxy.body.SLOWEST", 1e9)
    async with gateway.wire() as wire:
        await wire.send(f"POST /api/cases HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")

        async def trickle() -> None:
            while True:
                await wire.send(b"x")
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        assert (await wire.answer()).status == 408
        trickling.cancel()
        await asyncio.gather(trickling, return_exceptions=True)


async def test_service_that_takes_its_time_with_a_body_makes_no_slow_caller(gateway: Door, monkeypatch):
    monkeypatch.setattr("gateway.proxy.body._SILENCE", 0.5)
    monkeypatch.setattr("gateway.proxy.body.SLOWEST", 1e9)

    async def script(asked: Asked, writer) -> None:
        await asyncio.sleep(1)  # longer than any caller may take
        await asked.read()
        writer.write(answer())

    gateway.services["case"].script = script
    async with gateway.client.post(gateway.url + "/api/cases", data=b"x" * 8_000_000) as response:
        assert response.status == 200


def never_done(gateway: Door) -> asyncio.Event:
    """Lets case-svc answer without an end; set when its caller is gone."""
    ended = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except OSError:
            ended.set()
            raise

    gateway.services["case"].script = script
    return ended


async def test_caller_who_reads_in_trickles_lets_the_service_go(gateway: Door, monkeypatch):
    monkeypatch.setattr("gateway.proxy.exchange._READ_SILENCE", 0.5)
    monkeypatch.setattr("gateway.proxy.exchange.SLOWEST", 1e12)
    ended = never_done(gateway)
    async with asyncio.timeout(20), gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        while not ended.is_set():
            await wire.reader.read(100_000)
            await asyncio.sleep(0.02)


async def test_caller_who_stops_reading_lets_the_service_go(gateway: Door, monkeypatch):
    monkeypatch.setattr("gateway.proxy.exchange._READ_SILENCE", 0.2)
    ended = never_done(gateway)
    async with asyncio.timeout(10), gateway.wire() as wire:
        await wire.send("GET /api/cases/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.writer.transport.pause_reading()
        await ended.wait()
