"""The proxy: check, limit, pass on, stream back."""

import asyncio
import contextlib
import time

import structlog
from chassis.auth.caller import Caller
from chassis.http_client import Silent, UpstreamError
from chassis.problems import Problem, Unauthorized
from chassis.telemetry import context, spans
from prometheus_client import Histogram
from starlette.types import ASGIApp, Receive, Scope, Send

from ..client_address import ClientAddress
from ..instances.service import CircuitOpen
from ..limits.limiter import Limiter
from ..metrics import PROXIED
from ..revocations.refusals import RevocationsUnknown
from ..revocations.view import UnrevokedTokens
from ..routes import Route, RoutingTable
from . import refusals
from .body import CallerGone, Upload, read_body
from .exchange import Exchange
from .path import refuse_ambiguous, target
from .request_head import Head
from .response_head import answer_headers
from .staying import Staying, StayOver
from .upstream import Upstream
from .watch import Rounds, Watch

log = structlog.get_logger(__name__)

_FREELY: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
CALLER_GONE = 499
"""What metrics show for a caller who hung up, as nginx does."""
_METHODS = {
    method: method.encode() for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
}


class Proxy:
    """Serves the rows of the routing table; everything else goes to `own`."""

    def __init__(
        self,
        own: ASGIApp,
        *,
        table: RoutingTable,
        upstream: Upstream,
        live: Upstream,
        verifier: UnrevokedTokens,
        limiter: Limiter,
        client_address: ClientAddress,
        staying: Staying,
    ) -> None:
        self._own = own
        self._table = table
        self._upstream = upstream
        self._live = live
        self._staying = staying
        self._verifier = verifier
        self._limiter = limiter
        self._client_address = client_address
        self._rounds = Rounds()
        self._durations: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._table.find(scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self._own(scope, receive, send)
            return
        started = time.perf_counter()
        head = Head.read(scope["headers"])
        work = context.continued(head.traceparent, head.request_id)
        token = context.enter(work)
        status = 500
        try:
            came_from = self._client_address.of(scope)
            status = await self._serve(Exchange(scope, receive, send, route, head, work, came_from))
        finally:
            self._record(route, scope["method"], status, time.perf_counter() - started, work)
            context.leave(token)

    async def _serve(self, exchange: Exchange) -> int:
        """Carries the exchange out; returns the status the caller got."""
        try:
            return await self._carry_out(exchange)
        except Problem as problem:
            return await exchange.refuse(problem)
        except CallerGone:
            return CALLER_GONE
        except StayOver:
            if await exchange.ended_early():
                return 200
            return await exchange.refuse(refusals.stopping())  # asked again, a revoked token is told so
        except UpstreamError as error:
            return await self._explain(exchange, error)
        except asyncio.CancelledError:
            # Only a stop cancels us, when the time for finishing is over.
            return await exchange.refuse(refusals.stopping())
        except Exception:
            log.exception("unforeseen_error", route=exchange.route.prefix)
            return await exchange.refuse(refusals.unforeseen())

    async def _carry_out(self, exchange: Exchange) -> int:
        route, head = exchange.route, exchange.head
        if head.fault is not None:
            raise head.fault
        if exchange.scope["method"] not in _METHODS:
            raise refusals.method_not_allowed(_METHODS)
        refuse_ambiguous(exchange.scope)
        # By address first: forged tokens cost a signature check each.
        limiter, method = self._limiter, exchange.scope["method"]
        exchange.limits = await limiter.check_address(route, method, exchange.address)
        caller = exchange.caller = await self._caller(exchange)
        subject = caller.subject if caller is not None else None
        if subject is not None:
            exchange.limits = await limiter.check_caller(method, subject)
        if route.checks_token and (route.dear or head.has_large_body):
            exchange.limits = await limiter.check_dear(subject, exchange.address)
        exchange.body = await read_body(head, exchange.receive, route.body_limit)
        head.onward += [
            (b"x-request-id", exchange.request_id),
            (b"traceparent", exchange.work.traceparent.encode()),
            (b"x-forwarded-for", exchange.address.encode()),
            (b"x-forwarded-proto", exchange.scheme.encode()),
        ]
        slot = _FREELY
        if isinstance(exchange.body, Upload) and not route.webhook:
            slot = limiter.uploads.one(subject or exchange.address)
        watch = Watch(
            self._rounds, exchange.receive, exchange.body, route.timeout, lambda: self._ended(exchange)
        )
        with slot, watch:
            return await self._pass_on(exchange)

    def _ended(self, exchange: Exchange) -> Exception | None:
        """Why a long answer is broken off: who gets it was logged out meanwhile. What is only asked yet is let finish:
        it was allowed, and nobody would know what became of it."""
        if exchange.caller is None:
            return None
        if exchange.route.live:
            return None if self._staying.may_stay(exchange.caller.claims) else StayOver()
        if not exchange.begun:
            return None
        return self._verifier.revoked_since(exchange.caller)

    async def _caller(self, exchange: Exchange) -> Caller | None:
        """Whom the token names. A wrong one is refused here; whether one is needed the service says.

        Where we cannot know whether it was revoked, reading goes on as nobody: what is open to all is answered.
        """
        authorization = exchange.head.authorization
        if authorization is None or not exchange.route.checks_token:
            return None
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            raise Unauthorized("请使用 Bearer 令牌。", "Use a bearer token.")
        try:
            return await self._verifier.verify(token.strip().decode("latin-1"))
        except RevocationsUnknown as unknown:
            if exchange.scope["method"] not in ("GET", "HEAD"):
                raise
            exchange.unconfirmed = unknown
            exchange.head.leave_out(b"authorization")
            return None

    async def _pass_on(self, exchange: Exchange) -> int:
        route, scope = exchange.route, exchange.scope
        upstream = self._live if route.live else self._upstream
        answer = await upstream.request(
            route.service,
            _METHODS[scope["method"]],
            target(scope),
            exchange.head.onward,
            exchange.body,
            route.timeout,
        )
        try:
            status = answer.status
            if status == 401 and exchange.unconfirmed is not None:
                raise exchange.unconfirmed
            headers = answer_headers(
                status, answer.headers, exchange.request_id, secure=exchange.scheme == "https"
            )
            if answer.body is not None:
                # It was read before ours is begun: had the service broken off, we could still have said so.
                await exchange.answer(status, headers, answer.body)
                return status
            await exchange.begin(status, headers)
            while some := await answer.some():
                await exchange.chunk(some)
            await exchange.end()
            return status
        finally:
            answer.close()

    async def _explain(self, exchange: Exchange, error: UpstreamError) -> int:
        """Answers for a service that did not. Raises AnswerTorn when it broke off in the middle."""
        if isinstance(error, CircuitOpen):  # its opening was logged
            return await exchange.refuse(refusals.resting(error.seconds))
        # A connection that was never made has changed nothing; one that fell silent may have.
        slow = isinstance(error, Silent)
        log.warning(
            "upstream_slow" if slow else "upstream_down",
            upstream=exchange.route.service,
            route=exchange.route.prefix,
            cause=str(error),
        )
        return await exchange.refuse(refusals.slow() if slow else refusals.down())

    def _record(
        self, route: Route, method: str, status: int, elapsed: float, work: context.WorkContext
    ) -> None:
        key = (route.prefix, method if method in _METHODS else "other", status)
        duration = self._durations.get(key)
        if duration is None:
            duration = self._durations[key] = PROXIED.labels(*key)
        duration.observe(elapsed)
        if spans.enabled():
            spans.record(f"{method} {route.prefix}", work, elapsed, {"http.status_code": status})
