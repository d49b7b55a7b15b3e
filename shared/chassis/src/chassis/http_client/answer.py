"""An answer, whole or as a stream."""

import asyncio
from typing import TYPE_CHECKING

from .request import Headers

if TYPE_CHECKING:
    from .connection import Connection


class Answer:
    """`body` in bytes where it was handed over whole; None where it comes as a stream.

    Only a stream needs `some`, `read` and `close`; for a whole one they do what one expects.
    """

    __slots__ = ("_connection", "_ended", "_error", "_parts", "_size", "_waiter", "body", "headers", "status")

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers
        self.body: bytes | None = None
        self._connection: Connection | None = None  # while it streams
        self._parts: list[bytes] = []
        self._size = 0
        self._ended = False
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def some(self) -> bytes:
        """The next bytes, as they came; b"" at the end. Raises Torn, Silent or BadAnswer, after what had come.

        One reader at a time.
        """
        while not self._parts:
            if self._error is not None:
                raise self._error
            if self._ended or self._connection is None:
                return b""
            self._waiter = self._connection.loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        parts, self._parts, self._size = self._parts, [], 0
        if self._connection is not None:
            self._connection.resume()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def read(self) -> bytes:
        """The rest, whole. Raises as `some` does."""
        if self.body is not None:
            return self.body
        parts = []
        while part := await self.some():
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        """Gives up what has not been read, and with it the connection. Does nothing once all has come."""
        if self._connection is not None:
            self._connection.give_up(self)
            self._connection = None

    # What follows is for the connection.

    def stream_from(self, connection: "Connection") -> None:
        self._connection = connection

    def feed(self, parts: list[bytes]) -> int:
        """Takes `parts` over; how many bytes now wait to be read."""
        self._parts += parts
        self._size += sum(map(len, parts))
        self._wake()
        return self._size

    def end(self, error: BaseException | None = None) -> None:
        """No more comes: it is whole, or broken by `error`."""
        self._ended = True
        self._error = error
        self._connection = None
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
