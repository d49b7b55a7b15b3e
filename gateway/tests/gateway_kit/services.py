"""A service that keeps what it was asked byte for byte, and answers what a test scripts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"


@dataclass
class Asked:
    """One request as it came over the wire. `body` is what arrived, unchunked; `ended`: all of it did."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    reader: asyncio.StreamReader
    body: bytearray = field(default_factory=bytearray)
    ended: bool = False

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises IncompleteReadError when the connection ends before it does."""
        if self.get("transfer-encoding") == "chunked":
            while size := int(await self._line(), 16):
                yield await self.reader.readexactly(size)
                await self.reader.readexactly(2)
            await self.reader.readline()
        else:
            left = int(self.get("content-length") or 0)
            while left:
                chunk = await self.reader.read(min(left, 65_536))
                if not chunk:
                    raise asyncio.IncompleteReadError(bytes(self.body), left)
                left -= len(chunk)
                yield chunk
        self.ended = True

    async def _line(self) -> bytes:
        return await self.reader.readuntil(b"\n")

    async def read(self) -> bytes:
        async for chunk in self.chunks():
            self.body += chunk
        return bytes(self.body)


Script = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str, length: bool = True) -> bytes:
    """The bytes of a plain answer."""
    lines = [f"HTTP/1.1 {status}", *headers, *([f"content-length: {len(body)}"] if length else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(raw: bytes) -> Script:
    """A script that reads the request's body and answers `raw`."""

    async def script(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asked.read()
        writer.write(raw)

    return script


class Service:
    """`asked`: every request so far. `script` answers those that `pages` (by path) does not."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: Script = says(answer(b'{"ok":true}', "200 OK", "content-type: application/json"))
        self.pages: dict[str, bytes] = {"/readyz": answer()}
        self.connections = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def last(self) -> Asked:
        return self.asked[-1]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Closes the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._open):
            writer.transport.abort()

    def drop_connections(self) -> None:
        for writer in list(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                while not writer.is_closing() and await self._one(reader, writer):
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:-2])]
        asked = Asked(method, target, headers, reader)
        path = target.partition("?")[0]
        if path in self.pages:
            await says(self.pages[path])(asked, writer)
        else:
            self.asked.append(asked)
            await self.script(asked, writer)
        return asked.ended
