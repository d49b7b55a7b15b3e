"""The request's body: small ones whole, large ones as a stream, none over its limit."""

import asyncio
from collections.abc import AsyncIterator

from chassis.problems import PayloadTooLarge
from starlette.types import Receive

from .refusals import RequestTooSlow
from .request_head import SMALL, Head

_SILENCE = 30.0
SLOWEST = 8_192
"""Bytes a second, on the average of all a body's time but the first half minute: who dawdles holds a service's
connection. What the service makes us wait does not count."""


class CallerGone(Exception):
    """The caller hung up."""


class Upload:
    """A body passed on as it comes, of `length` bytes where that was announced.

    `ended`: all of it was received. `offered_at`: since when (loop time) the service has not taken a chunk.
    """

    def __init__(self, receive: Receive, limit: int, length: int | None) -> None:
        self._receive = receive
        self._limit = limit
        self.length = length
        self.ended = False
        self.offered_at: float | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Raises PayloadTooLarge, RequestTooSlow or CallerGone in the middle."""
        clock = asyncio.get_running_loop().time
        arrival = _Arrival(self._receive)
        while not self.ended:
            chunk = await arrival.next()
            self.ended = arrival.ended
            if arrival.taken > self._limit:
                raise too_large(self._limit)
            if chunk:
                self.offered_at = clock()
                try:
                    yield chunk
                finally:  # also where an early answer ends the upload
                    self.offered_at = None


async def read_body(head: Head, receive: Receive, limit: int) -> bytes | Upload | None:
    """None without a body, bytes up to 64 KB of announced length, else an Upload. Raises PayloadTooLarge."""
    length = head.content_length
    if length is None:
        return Upload(receive, limit, None) if head.chunked else None
    if length > limit:
        raise too_large(limit)
    if length > SMALL:
        return Upload(receive, limit, length)
    arrival = _Arrival(receive)
    parts = []
    while not arrival.ended:
        parts.append(await arrival.next())
    return parts[0] if len(parts) == 1 else b"".join(parts)


class _Arrival:
    """A body on its way to us. `taken` in bytes; `ended`: that was all."""

    __slots__ = ("_receive", "_waited", "ended", "taken")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._waited = 0.0
        self.taken = 0
        self.ended = False

    async def next(self) -> bytes:
        """The next chunk. Raises RequestTooSlow, CallerGone."""
        clock = asyncio.get_running_loop().time
        began = clock()
        left = _SILENCE + self.taken / SLOWEST - self._waited
        try:
            async with asyncio.timeout(min(_SILENCE, left)):
                message = await self._receive()
        except TimeoutError as error:
            raise RequestTooSlow(
                "请求内容未及时发完，请检查网络后重试。",
                "The body did not arrive in time; check your network and try again.",
            ) from error
        if message["type"] == "http.disconnect":
            raise CallerGone
        self._waited += clock() - began
        chunk: bytes = message.get("body", b"")
        self.taken += len(chunk)
        self.ended = not message.get("more_body")
        return chunk


def too_large(limit: int) -> PayloadTooLarge:
    size = f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB"
    return PayloadTooLarge(
        f"发送的内容超过上限 {size}，请缩小后再试。",
        f"What was sent is larger than the {size} this address takes; make it smaller.",
        limit_bytes=limit,
    )
