"""Server-sent events: an answer that stays open, says what happens, and ends when it must.

A stream costs a small task and no connection to the database. It ends when its caller hangs up, its token expires, or
the process is told to stop; what was missed meanwhile the caller asks for with `Last-Event-ID`.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..db.faults import is_infrastructure
from ..problems import ServiceUnavailable, TooManyRequests

MEDIA_TYPE = "text/event-stream"
_BEAT_SECONDS = 15.0
"""Less than any proxy's patience with a silent service."""
_RETRY_MS = 3_000


class TooManyStreams(TooManyRequests):
    slug = "too-many-streams"
    title = ("打开的实时连接过多", "Too many open streams")


class Streams:
    """The open streams of this process: `per_caller` for one, `most` for all; no more once `close` was called."""

    def __init__(self, *, per_caller: int = 6, most: int = 5_000) -> None:
        self._per_caller = per_caller
        self._most = most
        self._open: Counter[str] = Counter()
        self._wakes: set[Callable[[], None]] = set()
        self.closing = False

    def __len__(self) -> int:
        return self._open.total()

    def close(self) -> None:
        """Ends all streams; called when the process is told to stop, before it waits for what is under way."""
        self.closing = True
        for wake in list(self._wakes):
            wake()

    def check(self, subject: str) -> None:
        """Raises TooManyStreams, ServiceUnavailable: before an answer begins, while it can still be said."""
        if self._open[subject] >= self._per_caller:
            raise TooManyStreams(
                f"最多同时打开 {self._per_caller} 个实时连接，请关闭不用的页面。",
                f"At most {self._per_caller} streams may be open at once; close pages you do not need.",
                retry_after=5,
            )
        if self.closing or len(self) >= self._most:
            raise ServiceUnavailable(
                "实时连接已满，请稍后再试。", "No more streams just now; try again shortly."
            )

    @contextlib.contextmanager
    def opened(self, subject: str, wake: Callable[[], None]) -> Iterator[None]:
        """Counts a stream, or one who waits, while the block runs; `wake` is called by `close`."""
        self.check(subject)
        self._open[subject] += 1
        self._wakes.add(wake)
        try:
            yield
        finally:
            self._wakes.discard(wake)
            self._open[subject] -= 1
            if not self._open[subject]:
                del self._open[subject]


def event(name: str, data: object, event_id: int | None = None) -> bytes:
    """One event as it goes over the wire; `data` becomes JSON in one line."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: ".encode() + orjson.dumps(data, default=str) + b"\n\n"


class EventStream(Response):
    """Sends what `news` gives whenever it is woken, until `expires` (Unix seconds).

    `joined(wake)` is a context in which `wake` is called when there may be news; `news()` gives the events since the
    last time, and may ask the database: it is called outside of any unit of work.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self,
        streams: Streams,
        subject: str,
        expires: float,
        joined: Callable[[Callable[[], None]], contextlib.AbstractContextManager[None]],
        news: Callable[[], Awaitable[list[bytes]]],
    ) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._subject = subject
        self._expires = expires
        self._joined = joined
        self._news = news

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        woken = asyncio.Event()
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: woken.set())
        try:
            with self._streams.opened(self._subject, woken.set), self._joined(woken.set):
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                reason = await self._run(send, woken, gone)
                if not gone.done():
                    last = event("closed", {"reason": reason})
                    await send({"type": "http.response.body", "body": last})
        finally:
            gone.cancel()

    async def _run(self, send: Send, woken: asyncio.Event, gone: "asyncio.Task[None]") -> str:
        """Why it ended."""
        some = b"retry: %d\n\n" % _RETRY_MS
        woken.set()
        while not gone.done():
            if woken.is_set():
                woken.clear()
                try:
                    some += b"".join(await self._news())
                except Exception as error:
                    if not is_infrastructure(error):
                        raise
                    return "unavailable"  # the caller comes again, and misses nothing
            if some:
                await send({"type": "http.response.body", "body": some, "more_body": True})
            left = self._expires - time.time()
            if left <= 0:
                return "token_expired"
            if self._streams.closing:
                return "restarting"
            try:
                async with asyncio.timeout(min(_BEAT_SECONDS, left)):
                    await woken.wait()
                some = b""
            except TimeoutError:
                some = b":\n\n"
        return "gone"


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
