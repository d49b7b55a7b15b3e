"""The request's body: small ones whole, large ones as a stream, none over its limit."""

from collections.abc import AsyncIterator

from chassis.problems import InvalidInput, PayloadTooLarge
from starlette.types import Receive, Scope

_WHOLE = 65_536


class CallerGone(Exception):
    """The caller hung up before its body was complete."""


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes | AsyncIterator[bytes] | None:
    """None without a body, bytes up to 64 KB of known length, else a stream that raises PayloadTooLarge."""
    length, chunked = _announced(scope)
    if length is None and not chunked:
        return None
    if length is not None and length > limit:
        raise _too_large(limit)
    if length is not None and length <= _WHOLE:
        return await _whole(receive)
    return _stream(receive, limit)


def _announced(scope: Scope) -> tuple[int | None, bool]:
    length, chunked = None, False
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit() or (length is not None and int(value) != length):
                raise InvalidInput("Content-Length 无效。", "Content-Length is not valid.")
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    if chunked and length is not None:
        # Two lengths are how one request is smuggled inside another.
        raise InvalidInput(
            "Content-Length 与 Transfer-Encoding 不能同时出现。",
            "Content-Length and Transfer-Encoding may not come together.",
        )
    return length, chunked


async def _whole(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _stream(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    taken = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        chunk = message.get("body", b"")
        taken += len(chunk)
        if taken > limit:
            raise _too_large(limit)
        if chunk:
            yield chunk
        if not message.get("more_body"):
            return


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"发送的内容超过上限 {limit // 1024} KB，请缩小后再试。",
        f"What was sent is larger than the {limit // 1024} KB this address takes; make it smaller.",
        limit_bytes=limit,
    )
