"""One HTTP/1.1 connection: one exchange at a time, with little Python for each."""

import asyncio
from collections.abc import AsyncIterable, Callable

from .answer import Answer
from .errors import BadAnswer, Dropped, Silent, Torn
from .reading import Reading
from .request import Unsendable
from .silence import SilenceTimer

WHOLE = 65_536
"""Answers of a known length up to here, in bytes, are handed over whole; so is any that came in one piece."""
_BUFFERED = 262_144


class Connection(asyncio.Protocol):
    """Asked by `ask`. Calls `on_free` when it may be asked again, `on_lost` when it is gone.

    The answer's future is done once: when a small answer is whole, or a large one's head. An exchange has no task,
    no stream reader and no timer of its own; only an upload has a task.
    """

    __slots__ = (
        "_answer", "_paused", "_reading", "_silence", "_transport", "_upload", "_waiter", "_writable", "loop",
        "on_free", "on_lost",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.on_free: Callable[[Connection], None] | None = None
        self.on_lost: Callable[[Connection], None] | None = None
        # Idle: both None. Until a head or a whole answer is there: the waiter. While it streams: the answer.
        self._waiter: asyncio.Future[Answer] | None = None
        self._answer: Answer | None = None
        self._reading = Reading()
        self._silence = SilenceTimer(loop, self._overdue)
        self._upload: asyncio.Task[None] | None = None
        self._writable: asyncio.Future[None] | None = None  # while writing is paused
        self._paused = False

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    @property
    def used_at(self) -> float:
        """When it was last heard of, by the loop's clock."""
        return self._silence.heard_at

    def ask(self, request: bytes, *, to_head: bool, silence: float, until: float) -> asyncio.Future[Answer]:
        """Sends `request`, whose method is HEAD where `to_head`. Whoever stops waiting says so by `give_up`.

        The future raises Silent after `silence` seconds or at `until` by the loop's clock, Torn, or BadAnswer.
        """
        waiter = self._waiter = self.loop.create_future()
        self._reading.begin(to_head=to_head)
        self._silence.start(silence, until)
        self._transport.write(request)
        return waiter

    def upload(self, body: AsyncIterable[bytes], length: int | None) -> None:
        """Sends `body` behind the head, in chunks where `length` is None. What it raises, the answer raises."""
        self._silence.hold()
        self._upload = self.loop.create_task(self._send(body, length))

    def give_up(self, awaited: asyncio.Future[Answer] | Answer) -> None:
        """Ends the exchange that is to give `awaited`, with the connection. Does nothing where it is over."""
        if awaited is self._waiter or awaited is self._answer:
            self._end_exchange()
            self._transport.abort()

    def resume(self) -> None:
        """What had come was read."""
        if self._paused:
            self._paused = False
            self._silence.resume()
            self._transport.resume_reading()

    def close(self) -> None:
        self._transport.abort()

    # The transport's calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._waiter is None and self._answer is None:
            self._transport.abort()  # nobody asked: it would pass for the next one's answer
            return
        self._silence.heard_at = self.loop.time()
        reading = self._reading
        try:
            reading.feed(data)
        except BadAnswer as error:
            self._fail(error)
            return
        if reading.whole:
            self._complete()
        elif not reading.in_head and (reading.length is None or reading.length > WHOLE):
            self._stream()

    def eof_received(self) -> None:
        if self._answer is not None and self._reading.ends_with_connection:
            self._reading.keep_alive = False
            self._complete()
        else:
            self._break_off(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._break_off(exc)
        self._silence.stop()
        if self.on_lost is not None:
            self.on_lost(self)

    def pause_writing(self) -> None:
        self._writable = self.loop.create_future()

    def resume_writing(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    # How exchanges go on and end.

    def _complete(self) -> None:
        reading, answer = self._reading, self._answer
        # An answer may come before what it answers was sent.
        sent = self._upload is None and not self._transport.get_write_buffer_size()
        reusable = sent and reading.keep_alive and not reading.excess
        parts = reading.parts
        waiter = self._end_exchange()
        if answer is not None:
            answer.feed(parts)
            answer.end()
        elif waiter is not None and not waiter.done():
            answer = Answer(reading.status, reading.headers)
            answer.body = parts[0] if len(parts) == 1 else b"".join(parts)
            waiter.set_result(answer)
        parts.clear()
        if reusable and self.on_free is not None and not self._transport.is_closing():
            self.on_free(self)
        else:
            self._transport.abort()

    def _stream(self) -> None:
        reading, answer, waiter = self._reading, self._answer, self._waiter
        if answer is None:
            if waiter is None or waiter.done():  # its task was cancelled and has not come to say so
                self._end_exchange()
                self._transport.abort()
                return
            answer = self._answer = Answer(reading.status, reading.headers)
            answer.stream_from(self)
            self._waiter = None
            waiter.set_result(answer)
        if answer.feed(reading.parts) > _BUFFERED and not self._paused:
            self._paused = True
            self._silence.hold()
            self._transport.pause_reading()
        reading.parts.clear()

    def _end_exchange(self) -> asyncio.Future[Answer] | None:
        """Back to idle; returns the waiter there was."""
        waiter = self._waiter
        self._waiter = self._answer = None
        self._silence.running = False
        if self._upload is not None:
            self._upload.cancel()
            self._upload = None
        return waiter

    def _fail(self, error: Exception) -> None:
        answer = self._answer
        waiter = self._end_exchange()
        if answer is not None:
            answer.end(error)
        elif waiter is not None and not waiter.done():
            waiter.set_exception(error)
        self._transport.abort()

    def _break_off(self, cause: Exception | None) -> None:
        if self._waiter is None and self._answer is None:
            return
        if self._reading.nothing_came:
            error: Torn = Dropped("closed without an answer")
        else:
            error = Torn("closed in the middle of its answer")
        error.__cause__ = cause
        self._fail(error)

    def _overdue(self) -> None:
        self._fail(Silent("nothing was heard in time"))

    async def _send(self, body: AsyncIterable[bytes], length: int | None) -> None:
        try:
            await self._send_all(body, length)
        except Exception as error:  # whatever it is, the one who awaits the answer gets it
            self._upload = None
            self._fail(error)
        else:
            self._upload = None
            self._silence.resume()

    async def _send_all(self, body: AsyncIterable[bytes], length: int | None) -> None:
        write = self._transport.write
        sent = 0
        async for chunk in body:
            sent += len(chunk)
            if length is not None and sent > length:
                raise Unsendable("the body is longer than was said")
            if chunk:  # an empty one would end them
                write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if length is None else chunk)
            if self._writable is not None:
                await self._writable
        if length is None:
            write(b"0\r\n\r\n")
        elif sent < length:
            raise Unsendable("the body is shorter than was said")
