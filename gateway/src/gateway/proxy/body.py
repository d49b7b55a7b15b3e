"""The request's body: small ones whole, large ones as a stream, none over its limit."""

import asyncio
from collections.abc import AsyncIterator

from chassis.problems import PayloadTooLarge
from starlette.types import Message, Receive

from .refusals import RequestTooSlow
from .request_head import SMALL, Head

_SILENCE = 30.0


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
        taken = 0
        while not self.ended:
            message = await _next(self._receive)
            self.ended = not message.get("more_body")
            chunk = message.get("body", b"")
            taken += len(chunk)
            if taken > self._limit:
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
    parts = []
    more = True
    while more:
        message = await _next(receive)
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _next(receive: Receive) -> Message:
    try:
        async with asyncio.timeout(_SILENCE):
            message = await receive()
    except TimeoutError as error:
        raise RequestTooSlow(
            "请求内容未及时发完，请检查网络后重试。",
            "The body did not arrive in time; check your network and try again.",
        ) from error
    if message["type"] == "http.disconnect":
        raise CallerGone
    return message


def too_large(limit: int) -> PayloadTooLarge:
    size = f"{limit >> 20} MB" if limit >= 1 << 20 else f"{limit >> 10} KB"
    return PayloadTooLarge(
        f"发送的内容超过上限 {size}，请缩小后再试。",
        f"What was sent is larger than the {size} this address takes; make it smaller.",
        limit_bytes=limit,
    )
