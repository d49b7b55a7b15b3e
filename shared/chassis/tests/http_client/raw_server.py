"""A server that knows no HTTP: each connection is a script of bytes. Everything here times out in 10 s."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

from chassis.http_client import Answer, Pool

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


class Wire:
    """One connection, on the server's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def closed(self) -> None:
        """Until the client has closed."""
        with contextlib.suppress(OSError):
            while await self.reader.read(65_536):
                pass

    def reset(self) -> None:
        self.writer.transport.abort()


Script = Callable[[Wire], Awaitable[None]]


class RawServer:
    """`heads` as they came; `connections`: how many there were; `ended` of them ran their script to its end."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.heads: list[bytes] = []
        self.connections = 0
        self.ended = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._script(Wire(reader, writer))
            self.ended += 1
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    raw = RawServer(script)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    scheme = "https" if tls else "http"
    raw.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        async with asyncio.timeout(10):
            yield raw
    finally:
        server.close()


@contextlib.asynccontextmanager
async def pooled(url: str, connections: int = 4, connect_timeout: float = 5) -> AsyncIterator[Pool]:
    pool = Pool(url, connections=connections, connect_timeout=connect_timeout)
    try:
        yield pool
    finally:
        await pool.close()


async def get(pool: Pool, target: bytes = b"/x", method: bytes = b"GET", silence: float = 5) -> Answer:
    return await pool.request(method, target, [], silence=silence)


async def body_of(answer: Answer) -> bytes:
    try:
        return await answer.read()
    finally:
        answer.close()


def answers(*raw: bytes) -> Script:
    """Each connection answers each request with the next of `raw`, and the last of them from then on."""

    async def script(wire: Wire) -> None:
        for number in range(1_000):
            await wire.head()
            await wire.send(raw[min(number, len(raw) - 1)])

    return script


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)
