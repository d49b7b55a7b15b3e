"""What surrounds every request: its id, its trace, its metric, and an answer where nothing foresaw the error."""

import time
from types import TracebackType
from typing import Any

import structlog
from prometheus_client import Histogram
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems.rendering import MEDIA_TYPE, document, prefers_english
from ..telemetry import context, spans
from ..telemetry.metrics import REQUESTS

log = structlog.get_logger(__name__)

_durations: dict[tuple[str, str, int], Histogram] = {}


class Observed:
    """One request: continues the caller's trace inside the block, then counts it by route template and `status`."""

    __slots__ = ("_scope", "_started", "_token", "_work", "status")

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.status = 500

    @property
    def request_id_header(self) -> tuple[bytes, bytes]:
        return b"x-request-id", self._work.request_id.encode("latin-1")

    def __enter__(self) -> "Observed":
        request_id, traceparent = _incoming(self._scope)
        self._work = context.continued(traceparent, request_id)
        self._token = context.enter(self._work)
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        elapsed = time.perf_counter() - self._started
        method = self._scope["method"]
        route = _route_of(self._scope)
        _duration(method, route, self.status).observe(elapsed)
        if spans.enabled():
            spans.record(f"{method} {route}", self._work, elapsed, {"http.status_code": self.status})
        context.leave(self._token)


def _route_of(scope: Scope) -> str:
    """Its pattern: what stands in a path may open something, as a receipt does, and belongs into no log."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _duration(method: str, route: str, status: int) -> Histogram:
    # prometheus_client finds a child under a lock, by a tuple of strings made anew each time.
    key = (method, route, status)
    found = _durations.get(key)
    if found is None:
        found = _durations[key] = REQUESTS.labels(*key)
    return found


class RequestContext:
    """`Observed` as a middleware, for what goes Starlette's way. Answers with `X-Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with Observed(scope) as observed:

            async def send_with_id(message: Message) -> None:
                if message["type"] == "http.response.start":
                    observed.status = message["status"]
                    message["headers"] = [*message.get("headers", ()), observed.request_id_header]
                await send(message)

            await self._app(scope, receive, send_with_id)


def _incoming(scope: Scope) -> tuple[str | None, str | None]:
    request_id = traceparent = None
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 8 <= len(value) <= 64 and value.replace(b"-", b"").isalnum():
            request_id = value.decode("latin-1")
        elif name == b"traceparent":
            traceparent = value.decode("latin-1")
    return request_id, traceparent


def error_boundary(app: Any) -> Any:
    """The last resort as a middleware: an unforeseen error is logged and answered as a problem, not as HTML."""

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
            await unforeseen(scope)(scope, receive, send)

    return boundary


def unforeseen(scope: Scope) -> Response:
    """The answer to an error that nobody foresaw, inside its `except`; it is logged with the request's id."""
    log.exception("unforeseen_error", route=_route_of(scope))
    language = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"accept-language"), None)
    body = document(
        500,
        "internal-error",
        ("系统内部错误", "Internal error"),
        (
            "系统出错，未作任何更改；请稍后重试，并向我们提供 request_id。",
            "Something failed on our side and nothing was changed; try again, and tell us the request_id.",
        ),
        english=prefers_english(language),
    )
    return Response(body, 500, {"Cache-Control": "no-store"}, MEDIA_TYPE)
