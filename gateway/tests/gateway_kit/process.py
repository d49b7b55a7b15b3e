"""The gateway as it runs: a process of its own."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

from chassis.testing.servers import free_port

from .services import LOOPBACK, Service


@dataclass
class GatewayProcess:
    process: asyncio.subprocess.Process
    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


@contextlib.asynccontextmanager
async def gateway_process(services: dict[str, Service], **env: str) -> AsyncIterator[GatewayProcess]:
    """`python -m gateway`, listening."""
    port = free_port()
    urls = {f"{name.upper()}_URL": service.url for name, service in services.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", env={"HOST": LOOPBACK, "PORT": str(port), **urls, **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        await _listens(process, port)
        yield GatewayProcess(process, port)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _listens(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(60):
        while process.returncode is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(LOOPBACK, port)
                writer.close()
                return
            await asyncio.sleep(0.05)
