"""The proxy: check, limit, pass on, stream back."""

import time
from typing import Any

import aiohttp
import structlog
from chassis.auth.verifier import TokenVerifier
from chassis.problems import Problem, Unauthorized
from chassis.telemetry import context, spans
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..limits.limiter import Limiter
from ..metrics import PROXIED
from ..routes import Route, RoutingTable
from .answers import BadPath, UpstreamDown, UpstreamSlow, send_problem
from .body import CallerGone, read_body
from .client_address import ClientAddress
from .headers import request_headers, response_headers
from .upstream import UPSTREAM_FAILURES, Upstream

log = structlog.get_logger(__name__)

_SMALL = 65_536
_FORBIDDEN_IN_PATH = (b"%00", b"/../", b"/./", b"%2e%2e", b"%2E%2E", b"\\", b"//", b"%2f", b"%2F")


class Proxy:
    """Serves the rows of the routing table; everything else goes to `own`."""

    def __init__(
        self,
        own: ASGIApp,
        *,
        table: RoutingTable,
        upstream: Upstream,
        verifier: TokenVerifier,
        limiter: Limiter,
        client_address: ClientAddress,
    ) -> None:
        self._own = own
        self._table = table
        self._upstream = upstream
        self._verifier = verifier
        self._limiter = limiter
        self._client_address = client_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._table.find(scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self._own(scope, receive, send)
            return
        started = time.perf_counter()
        work = _work(scope)
        token = context.enter(work)
        status = 500
        try:
            status = await self._serve(route, scope, receive, send, work)
        finally:
            elapsed = time.perf_counter() - started
            PROXIED.labels(route.prefix, scope["method"], status).observe(elapsed)
            if spans.enabled():
                spans.record(f"{scope['method']} {route.prefix}", work, elapsed, {"http.status_code": status})
            context.leave(token)

    async def _serve(
        self, route: Route, scope: Scope, receive: Receive, send: Send, work: context.WorkContext
    ) -> int:
        request_id = work.request_id.encode("latin-1")
        progress = _Progress(send)
        try:
            _refuse_bad_path(scope)
            address = self._client_address.of(scope)
            authorization = _header(scope, b"authorization")
            subject = None if route.webhook else await self._subject(authorization)
            await self._limiter.check(route, address, subject)
            body = await read_body(scope, receive, route.body_limit)
            return await self._pass_on(route, scope, progress, work, address, body, request_id)
        except Problem as problem:
            return await progress.refuse(scope, problem, request_id)
        except CallerGone:
            return 499
        except (TimeoutError, aiohttp.ServerTimeoutError) as error:
            log.warning("upstream_slow", upstream=route.service, path=route.prefix, cause=repr(error))
            return await progress.refuse(scope, _slow(), request_id)
        except UPSTREAM_FAILURES as error:
            if isinstance(error.__cause__, Problem):  # our own body stream stopped itself: too large
                return await progress.refuse(scope, error.__cause__, request_id)
            log.warning("upstream_down", upstream=route.service, path=route.prefix, cause=repr(error))
            return await progress.refuse(scope, _down(), request_id)

    async def _subject(self, authorization: bytes | None) -> str | None:
        """Whom the token names. A wrong token is refused here; that there is none is for the service to mind."""
        if authorization is None:
            return None
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            raise Unauthorized("请使用 Bearer 令牌。", "Use a bearer token.")
        return (await self._verifier.verify(token.strip().decode("latin-1"))).subject

    async def _pass_on(
        self, route: Route, scope: Scope, progress: "_Progress", work: context.WorkContext, address: str,
        body: Any, request_id: bytes,
    ) -> int:  # fmt: skip
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        headers = request_headers(scope["headers"])
        headers += [
            ("x-request-id", work.request_id),
            ("traceparent", work.traceparent),
            ("x-forwarded-for", address),
            ("x-forwarded-proto", scope.get("scheme", "http")),
        ]
        request = self._upstream.request(route.service, scope["method"], target, headers, body, route.timeout)
        async with request as response:
            await progress.begin(response.status, response_headers(response.raw_headers, request_id))
            length = response.content_length
            if length is not None and length <= _SMALL:
                await progress.chunk(await response.read(), more=False)
                return int(response.status)
            async for chunk in response.content.iter_any():
                await progress.chunk(chunk, more=True)
            await progress.chunk(b"", more=False)
            return int(response.status)


class _Progress:
    """How far the answer got: a problem can only be told before its first byte."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._begun = False

    async def begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def chunk(self, body: bytes, *, more: bool) -> None:
        message: Message = {"type": "http.response.body", "body": body, "more_body": more}
        await self._send(message)

    async def refuse(self, scope: Scope, problem: Problem, request_id: bytes) -> int:
        if self._begun:
            # The caller must see that the answer is torn: uvicorn closes the connection on an exception.
            raise ConnectionError("the service broke off in the middle of its answer")
        return await send_problem(scope, self._send, problem, request_id)


def _refuse_bad_path(scope: Scope) -> None:
    raw = scope["raw_path"]
    if any(part in raw for part in _FORBIDDEN_IN_PATH) or raw.endswith((b"/..", b"/.")):
        raise BadPath("地址含有不允许的部分，请核对链接。", "The address has a part that is not allowed; check the link.")


def _work(scope: Scope) -> context.WorkContext:
    request_id = traceparent = None
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 8 <= len(value) <= 64 and value.replace(b"-", b"").isalnum():
            request_id = value.decode("latin-1")
        elif name == b"traceparent":
            traceparent = value.decode("latin-1")
    return context.continued(traceparent, request_id)


def _header(scope: Scope, wanted: bytes) -> bytes | None:
    return next((value for name, value in scope["headers"] if name == wanted), None)


def _down() -> UpstreamDown:
    return UpstreamDown(
        "该服务暂时不可用，请稍后重试；未收到确认的操作请用同一 Idempotency-Key 重试。",
        "This service cannot be reached just now; try again shortly, writes with the same Idempotency-Key.",
        headers={"Retry-After": "3"},
    )


def _slow() -> UpstreamSlow:
    return UpstreamSlow(
        "服务未及时响应，结果未知；请用同一 Idempotency-Key 重试。",
        "The service did not answer in time and the outcome is not known; retry with the same Idempotency-Key.",
        headers={"Retry-After": "3"},
    )
