"""The gateway as a process: memory, and what it says when it cannot start."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import aiohttp
import psutil
import pytest
from chassis.testing import Tokens
from gateway_kit.door import services_for
from gateway_kit.process import GatewayProcess, gateway_process
from gateway_kit.services import Asked, Service, answer

MB = 1 << 20
BLOCK = b"x" * MB
SIZE = 100


@pytest.fixture
async def services(tokens: Tokens) -> AsyncIterator[dict[str, Service]]:
    async with services_for(tokens) as running:
        yield running


@contextlib.asynccontextmanager
async def memory_of(gateway: GatewayProcess) -> AsyncIterator[list[int]]:
    """By how many bytes its memory grew, measured all the while; the largest is last."""
    process = psutil.Process(gateway.process.pid)
    before, grown = process.memory_info().rss, [0]

    async def watch() -> None:
        while True:
            grown.append(max(grown[-1], process.memory_info().rss - before))
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(watch())
    try:
        yield grown
    finally:
        watching.cancel()


async def test_100_mb_down_in_constant_memory(services: dict[str, Service]):
    async def script(asked: Asked, writer) -> None:
        await asked.read()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (SIZE * MB))
        for _ in range(SIZE):
            writer.write(BLOCK)
            await writer.drain()

    services["case"].script = script
    async with gateway_process(services) as gateway, aiohttp.ClientSession() as client:
        async with memory_of(gateway) as grown, client.get(gateway.url + "/api/documents/1") as response:
            taken = 0
            async for chunk in response.content.iter_any():
                taken += len(chunk)
        assert taken == SIZE * MB and grown[-1] < 12 * MB


async def test_uploads_in_constant_memory(services: dict[str, Service]):
    """100 MB in ten uploads at once, all of them held back by the service until they are all under way."""
    under_way = asyncio.Semaphore(0)
    go_on = asyncio.Event()

    async def script(asked: Asked, writer) -> None:
        taken = 0
        async for chunk in asked.chunks():
            if not taken:
                under_way.release()
                await go_on.wait()
            taken += len(chunk)
        writer.write(answer(str(taken).encode()))

    async def upload(client: aiohttp.ClientSession, url: str) -> bytes:
        async with client.post(url, data=BLOCK * 10) as response:
            return await response.read()

    services["case"].script = script
    async with (
        gateway_process(services) as gateway,
        aiohttp.ClientSession() as client,
        memory_of(gateway) as grown,
    ):
        uploads = [
            asyncio.create_task(upload(client, gateway.url + "/api/cases/1/materials")) for _ in range(10)
        ]
        for _ in uploads:
            await under_way.acquire()
        go_on.set()
        assert await asyncio.gather(*uploads) == [str(10 * MB).encode()] * 10
    assert grown[-1] < 20 * MB


async def test_missing_setting_is_one_clear_line():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", env={"CASE_URL": "nonsense"}, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    lines = errors.decode().splitlines()
    assert process.returncode == 2 and len(lines) == 6
    assert "gateway: setting IDENTITY_URL: Field required" in lines
    assert [line for line in lines if line.startswith("gateway: setting CASE_URL: ")]


async def test_port_that_is_taken_ends_it_with_a_clear_line(services: dict[str, Service]):
    async with gateway_process(services) as gateway:
        urls = {f"{name.upper()}_URL": service.url for name, service in services.items()}
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", env={"PORT": str(gateway.port), **urls},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said = b"".join(await second.communicate()).decode()
        assert (
            second.returncode not in (0, None)
            and "address already in use" in said
            and "Traceback" not in said
        )
