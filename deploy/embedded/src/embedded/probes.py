"""Is it ready? One question to each kind of server, on plain sockets so that the supervisor stays small."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from embedded.ports import LOOPBACK

_ANSWER_WITHIN = 5.0
_API_VERSIONS = b"\x00\x00\x00\x0e" + b"\x00\x12\x00\x00" + b"\x00\x00\x00\x01" + b"\x00\x04wait"


async def ask(host: str, port: int, question: bytes, size: int = 64) -> bytes:
    """The first bytes of the answer; empty when nobody answers."""
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(question)
                return await reader.read(size)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return b""


def http(port: int, path: str = "/readyz") -> Callable[[], Awaitable[bool]]:
    """Ready when GET `path` answers 200."""
    question = f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n".encode()

    async def ready() -> bool:
        return (await ask(LOOPBACK, port, question)).startswith(b"HTTP/1.1 200")

    return ready


def redis(port: int, password: str) -> Callable[[], Awaitable[bool]]:
    """Ready when it knows the password and answers PING."""

    async def ready() -> bool:
        answer = await ask(LOOPBACK, port, f"AUTH {password}\r\nPING\r\n".encode())
        return answer.startswith(b"+OK")

    return ready


def kafka(host: str, port: int) -> Callable[[], Awaitable[bool]]:
    """Ready when it answers an ApiVersions request."""

    async def ready() -> bool:
        return len(await ask(host, port, _API_VERSIONS)) >= 8

    return ready


def postgres(data: Path, port: int) -> Callable[[], Awaitable[bool]]:
    """Ready when the postmaster says so in its pid file (recovery is over) and the port is open."""

    async def ready() -> bool:
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        if len(lines) < 8 or lines[7].strip() != "ready":
            return False
        return await _opens(port)

    return ready


async def _opens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True
