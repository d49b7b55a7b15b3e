"""Bytes to the gateway and back."""

import asyncio
from dataclasses import dataclass


@dataclass
class Answer:
    """`head`: the status line and headers as they came, in lower case names."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def get(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


class Wire:
    """One connection. Everything here times out in 10 s, so that a hanging gateway fails its test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, raw: bytes | str) -> None:
        self.writer.write(raw.encode() if isinstance(raw, str) else raw)
        await self.writer.drain()

    async def head(self) -> Answer:
        """The next answer's status and headers."""
        async with asyncio.timeout(10):
            raw = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status_line, *lines = raw.split("\r\n")[:-2]
        pairs = (line.partition(":") for line in lines)
        headers = [(name.lower(), value.strip()) for name, _, value in pairs]
        return Answer(int(status_line.split(" ")[1]), headers)

    async def answer(self, *, to_head: bool = False) -> Answer:
        """The next answer, whole. Raises IncompleteReadError when the connection ends before it does."""
        found = await self.head()
        if to_head or found.status in (204, 304):
            return found
        async with asyncio.timeout(10):
            if found.get("transfer-encoding") == "chunked":
                found.body = await self._chunked()
            else:
                found.body = await self.reader.readexactly(int(found.get("content-length") or 0))
        return found

    async def _chunked(self) -> bytes:
        body = b""
        while size := int((await self.reader.readuntil(b"\r\n"))[:-2], 16):
            body += await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)
        return body

    async def rest(self) -> bytes:
        """Everything until the gateway closes."""
        async with asyncio.timeout(10):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    async def is_closed(self) -> bool:
        return await self.rest() == b""
