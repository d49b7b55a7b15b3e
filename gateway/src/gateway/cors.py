"""Pages of other origins: the configured ones may read our answers, nobody else's."""

from chassis.http_client import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .settings import GatewaySettings

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE"
_HEADERS = (
    b"accept-language, authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id,"
    b" traceparent, x-request-id"
)
_EXPOSED = (
    b"content-disposition, content-language, etag, location, ratelimit, ratelimit-policy, retry-after,"
    b" x-request-id"
)
_KEPT_SECONDS = b"600"
_ALLOWED = b"access-control-allow-origin"


class Cors:
    """Wraps the gateway where origins are configured. Preflights of theirs are answered here; what is said of other
    origins is for the services to say, and they say nothing. Never `*`, and every answer varies by origin."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        self._app = app
        self._origins = frozenset(settings.cors_origins.encode().split(b","))
        self._credentials: Headers = (
            [(b"access-control-allow-credentials", b"true")] if settings.cors_credentials else []
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = {name: value for name, value in scope["headers"] if name in (b"origin", _ASKED_METHOD)}
        origin = asked.get(b"origin")
        if origin not in self._origins:
            await self._app(scope, receive, _adding(send, []))
        elif scope["method"] == "OPTIONS" and _ASKED_METHOD in asked:
            await self._answer_preflight(origin, send)
        else:
            exposed = (b"access-control-expose-headers", _EXPOSED)
            await self._app(scope, receive, _adding(send, [(_ALLOWED, origin), *self._credentials, exposed]))

    async def _answer_preflight(self, origin: bytes, send: Send) -> None:
        headers = [
            (_ALLOWED, origin),
            *self._credentials,
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _HEADERS),
            (b"access-control-max-age", _KEPT_SECONDS),
            (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


_ASKED_METHOD = b"access-control-request-method"


def _adding(send: Send, headers: Headers) -> Send:
    """Sends with `headers`, but for answers that say themselves which origins may read them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = list(message.get("headers", ()))
            if all(name.lower() != _ALLOWED for name, _ in present):
                present += headers
            message["headers"] = [*present, (b"vary", b"Origin")]
        await send(message)

    return sending
