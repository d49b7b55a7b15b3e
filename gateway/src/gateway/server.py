"""The HTTP server in front: uvicorn, with what a front door needs besides."""

import asyncio
import re

import uvicorn
from chassis.http.joined_writes import JoinedWritesProtocol
from chassis.problems import Problem
from chassis.telemetry import context
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from .framing import misread
from .proxy.exchange import refusal
from .proxy.refusals import BadRequest, HeadersTooLarge, RequestTooSlow
from .proxy.response_head import with_security
from .settings import GatewaySettings
from .stopping import GatewayState

_HEAD_BYTES = 32_768
_HEAD_SECONDS = 20.0
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_UPGRADE = re.compile(rb"\r\nupgrade:[^\r\n]*(?=\r\n)", re.IGNORECASE)


def server_config(app: ASGIApp, settings: GatewaySettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=GatewayProtocol,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        # Whose X-Forwarded-For is believed is for `ClientAddress` to say; uvicorn would believe loopback.
        proxy_headers=False,
        timeout_keep_alive=65,
        timeout_graceful_shutdown=settings.finish_seconds,
    )


class GatewayProtocol(JoinedWritesProtocol):
    """Bounds a request's head in size and time, and answers what is no HTTP with a problem document."""

    server_state: GatewayState
    # A head is awaited or incomplete. Most come in one piece, and then no timer was set.
    _in_head = False
    _head_timer: asyncio.TimerHandle | None = None
    _received = 0
    _parsed = 0
    _between_requests = True
    _fault: Problem | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()
        self._set_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_ended()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._between_requests and (not data.isascii() or b"pgrade" in data):
            data = _tidied(data)
        if self._in_head:
            self._received += len(data)
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        # One endless header reaches no callback until it is complete.
        if self._received > _HEAD_BYTES:
            self._refuse(_headers_too_large())
        else:
            self._set_head_timer()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between_requests = False
        self._parsed = 0
        self._await_head()

    def on_url(self, url: bytes) -> None:
        self._bound_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._bound_head(len(name) + len(value))
        if self._in_head:  # else it is a trailer: it must not pass for a header
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._fault = misread(self.headers, self.parser.get_http_version())
        if self._fault is not None:
            raise self._fault
        self._head_ended()
        super().on_headers_complete()
        if self.server_state.stopping.begun:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        self._between_requests = True
        super().on_message_complete()

    def _bound_head(self, more: int) -> None:
        self._parsed += more
        if self._parsed > _HEAD_BYTES:
            self._fault = _headers_too_large()
            raise self._fault

    def _await_head(self) -> None:
        if not self._in_head:
            self._in_head = True
            self._received = 0

    def _set_head_timer(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(_HEAD_SECONDS, self._head_overdue)

    def _head_ended(self) -> None:
        self._in_head = False
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_overdue(self) -> None:
        if self._between_requests:
            self.transport.close()
        else:
            self._refuse(RequestTooSlow("请求头未及时发完。", "The request's head did not arrive in time."))

    def _unsupported_upgrade_warning(self) -> None:
        # One that was not left out in time: the parser takes nothing more on this connection.
        self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:
        self._refuse(self._fault or _not_http())

    def _refuse(self, problem: Problem) -> None:
        """Ends the connection with `problem`, or without a word where it would stand in another answer."""
        in_head = self._in_head
        self._head_ended()
        cycle = self.cycle
        open_cycle = cycle is not None and not cycle.response_complete
        if not open_cycle or not (in_head or cycle.response_started):
            self.transport.write(_raw_answer(problem, self.server_state.default_headers))
        if open_cycle:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()


def _tidied(data: bytes) -> bytes:
    """A request's first bytes, made such that our parser takes what common clients send.

    curl sends `?q=身份证` raw: percent-encoded. Java's client asks to upgrade to h2c with its first request: the
    parser would take the body for another protocol, so that the header is left out.
    """
    head, end, body = data.partition(b"\r\n\r\n")
    line, first_end, fields = head.partition(b"\r\n")
    line = _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line)
    return line + _UPGRADE.sub(b"", first_end + fields + end) + body


def _not_http() -> BadRequest:
    return BadRequest("这不是有效的 HTTP 请求。", "This is not a valid HTTP request.")


def _headers_too_large() -> HeadersTooLarge:
    return HeadersTooLarge(
        f"地址与请求头超过上限 {_HEAD_BYTES >> 10} KB。",
        f"The address and headers are larger than {_HEAD_BYTES >> 10} KB.",
        limit_bytes=_HEAD_BYTES,
    )


def _raw_answer(problem: Problem, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    work = context.continued(None)
    token = context.enter(work)
    try:
        headers, body = refusal(problem, "")
    finally:
        context.leave(token)
    with_security(headers, secure=False)
    headers += [*default_headers, (b"x-request-id", work.request_id.encode()), (b"connection", b"close")]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[problem.status] + lines + b"\r\n" + body
