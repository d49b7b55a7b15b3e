"""What surrounds every request: its id, its trace, its metric. Pure ASGI: it runs at each one."""

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..telemetry import context, spans
from ..telemetry.metrics import REQUESTS

log = structlog.get_logger(__name__)


class RequestContext:
    """Continues the caller's trace, answers with `X-Request-Id`, counts by route template."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, traceparent = _incoming(scope)
        work = context.continued(traceparent, request_id)
        token = context.enter(work)
        started = time.perf_counter()
        status = 500
        answer_id = work.request_id.encode("latin-1")

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", answer_id)]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            elapsed = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(scope["method"], route, status).observe(elapsed)
            if spans.enabled():
                spans.record(f"{scope['method']} {route}", work, elapsed, {"http.status_code": status})
            context.leave(token)


def _incoming(scope: Scope) -> tuple[str | None, str | None]:
    request_id = traceparent = None
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 8 <= len(value) <= 64 and value.replace(b"-", b"").isalnum():
            request_id = value.decode("latin-1")
        elif name == b"traceparent":
            traceparent = value.decode("latin-1")
    return request_id, traceparent


def error_boundary(app: Any) -> Any:
    """The last resort: an unforeseen error is logged with its request id and answered as a problem, not as HTML."""
    from ..problems.rendering import document, prefers_english

    async def boundary(scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await app(scope, receive, watched)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            log.exception("unforeseen_error", path=scope.get("path"))
            english = prefers_english(
                next((v.decode("latin-1") for k, v in scope["headers"] if k == b"accept-language"), None)
            )
            body = document(
                500,
                "internal-error",
                ("系统内部错误", "Internal error"),
                ("系统出错，未作任何更改；请稍后重试，并向我们提供 request_id。",
                 "Something failed on our side and nothing was changed; try again, and tell us the request_id."),
                english=english,
            )  # fmt: skip
            await send(
                {
                    "type": "http.response.start",
                    "status": 500,
                    "headers": [
                        (b"content-type", b"application/problem+json"),
                        (b"cache-control", b"no-store"),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": body})

    return boundary
