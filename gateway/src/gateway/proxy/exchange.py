"""One request and its answer, on the caller's side."""

import asyncio
import contextlib

from chassis.auth.caller import Caller
from chassis.http_client import Headers
from chassis.problems import Problem, TooManyRequests
from chassis.problems.rendering import MEDIA_TYPE, document, prefers_english
from chassis.telemetry.context import WorkContext
from starlette.types import Receive, Scope, Send

from ..routes import Route
from .body import SLOWEST, CallerGone, Upload
from .request_head import Head
from .response_head import with_security

_READ_SILENCE = 60.0
_LINGER_SECONDS = 15.0
_LINGER_BYTES = 32 << 20


class AnswerTorn(ConnectionError):
    """The service broke off in the middle. Our server closes the connection: half must not look whole."""


class Exchange:
    """What came from the caller, by `address` and `scheme` (http or https), and how far the answer to it got."""

    __slots__ = (
        "_begun", "_send", "_sent", "_waited", "address", "body", "caller", "head", "limits", "receive", "request_id",
        "route", "scheme", "scope", "unconfirmed", "work",
    )  # fmt: skip

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        route: Route,
        head: Head,
        work: WorkContext,
        came_from: tuple[str, str],
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.route = route
        self.head = head
        self.work = work
        self.address, self.scheme = came_from
        self.request_id = work.request_id.encode()
        self.body: bytes | Upload | None = None
        self.caller: Caller | None = None
        self.unconfirmed: Problem | None = None  # why the caller goes on as nobody
        self.limits: Headers = []  # what the answer says of the limit that counted it
        self._send = send
        self._begun = False
        self._sent = 0
        self._waited = 0.0  # for the caller to take it

    @property
    def begun(self) -> bool:
        """Whether the caller has got the head of the answer."""
        return self._begun

    async def answer(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole answer. What the caller is still sending is read before the connection is closed."""
        headers += self.limits
        unread = self._has_unread_body()
        if unread:
            headers.append((b"connection", b"close"))
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        if unread:
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            await self._linger()
            body = b""
        await self._send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, headers: Headers) -> None:
        """The first part of an answer of several; `chunk` and `end` follow."""
        headers += self.limits
        if self._has_unread_body():
            headers.append((b"connection", b"close"))
        self._begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def chunk(self, body: bytes) -> None:
        """Raises CallerGone when the caller takes nothing for a minute, or dawdles: it holds a service's connection."""
        clock = asyncio.get_running_loop().time
        began = clock()
        left = _READ_SILENCE + self._sent / SLOWEST - self._waited
        try:
            async with asyncio.timeout(min(_READ_SILENCE, left)):
                await self._send({"type": "http.response.body", "body": body, "more_body": True})
        except TimeoutError as error:
            raise CallerGone from error
        self._waited += clock() - began
        self._sent += len(body)

    async def end(self) -> None:
        if self._has_unread_body():
            await self._linger()
        await self._send({"type": "http.response.body", "body": b""})

    async def ended_early(self) -> bool:
        """Ends what has no end of its own; False where it had not begun."""
        if self._begun:
            await self._send({"type": "http.response.body", "body": b""})
        return self._begun

    async def refuse(self, problem: Problem) -> int:
        """Answers with `problem` and returns its status. Raises AnswerTorn where an answer had begun."""
        if self._begun:
            raise AnswerTorn("the service broke off in the middle of its answer") from None
        language = next((value for name, value in self.scope["headers"] if name == b"accept-language"), b"")
        headers, body = refusal(problem, language.decode("latin-1"))
        headers.append((b"x-request-id", self.request_id))
        with_security(headers, secure=self.scheme == "https")
        if isinstance(problem, TooManyRequests):
            self.limits = []  # it names the one that was hit
        await self.answer(problem.status, headers, body)
        return problem.status

    def _has_unread_body(self) -> bool:
        if isinstance(self.body, Upload):
            return not self.body.ended
        # A small one the server discards by itself, and the connection stays.
        return self.body is None and self.head.has_large_body

    async def _linger(self) -> None:
        """Closing while bytes are under way to us resets the connection, and our answer may be lost."""
        left = _LINGER_BYTES
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while left > 0:
                    message = await self.receive()
                    if not message.get("more_body"):  # all of it, or the caller hung up
                        return
                    left -= len(message["body"])


def refusal(problem: Problem, accept_language: str) -> tuple[Headers, bytes]:
    """`problem` in the reader's language: the headers and the body of its answer."""
    english = prefers_english(accept_language)
    body = document(
        problem.status, problem.slug, problem.title, (problem.zh, problem.en),
        english=english, errors=problem.errors, members=problem.members,
    )  # fmt: skip
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"content-language", b"en" if english else b"zh-CN"),
        (b"cache-control", b"no-store"),
        *((name.lower().encode(), value.encode()) for name, value in problem.headers.items()),
    ]
    return headers, body
