"""The beginning of an answer that does not end by itself."""

import asyncio
from typing import Any

from chassis.testing import Running


async def first_of(running: Running, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Status and first words of what is streamed at `path`; then the caller hangs up."""
    begun, told, status = asyncio.Event(), bytearray(), 0

    async def receive() -> dict[str, Any]:
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        told.extend(message.get("body", b""))
        if b"data:" in told or (message["type"] == "http.response.body" and not message.get("more_body")):
            begun.set()

    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "root_path": "", "query_string": b"", "headers": sent,
        "client": ("127.0.0.1", 1), "server": ("service.test", 80),
    }  # fmt: skip
    await running.client._transport.app(scope, receive, send)  # type: ignore[attr-defined]
    return status, told.decode()
