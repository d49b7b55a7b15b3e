"""How large a body may be: said by its length, or counted while it streams."""

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.types import Message

from ..problems import PayloadTooLarge

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def body_up_to(limit: int) -> Callable[[Endpoint], Endpoint]:
    """Marks a route that takes larger bodies than the service's usual limit; `limit` in bytes."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__body_limit__ = limit  # type: ignore[attr-defined]
        return endpoint

    return mark


def limited(request: Request, limit: int) -> Request:
    """The same request; reading more than `limit` bytes of it raises PayloadTooLarge."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > limit:
        raise _too_large(limit)
    receive, taken = request.receive, 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _too_large(limit)
        return message

    return Request(request.scope, counted, request._send)


def _too_large(limit: int) -> PayloadTooLarge:
    size = f"{limit // 1_048_576} MB" if limit >= 1_048_576 else f"{limit // 1024} KB"
    return PayloadTooLarge(
        f"发送的内容超过上限 {size}，请缩小后再试。",
        f"What was sent is larger than the {size} this address takes; make it smaller.",
        limit_bytes=limit,
    )
