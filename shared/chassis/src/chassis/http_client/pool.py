"""The connections to one service."""

import asyncio
import math
import ssl
from collections import deque
from collections.abc import AsyncIterable
from contextlib import suppress
from urllib.parse import urlsplit

from .answer import Answer
from .connection import Connection
from .errors import ConnectFailed, ConnectTimedOut, Dropped, NoneFree
from .request import REPEATABLE, Headers, framing, head

Body = bytes | AsyncIterable[bytes] | None

_IDLE_SECONDS = 30.0
"""Shorter than the services' 75: it is never they who close a connection that we are about to use."""


class Pool:
    """At most `connections` to `base_url` (http or https); whoever finds none free waits, first come first served.

    `connect_timeout` in seconds bounds that wait and the connecting together. Belongs to the loop it is first used in.
    """

    def __init__(self, base_url: str, *, connections: int, connect_timeout: float) -> None:
        url = urlsplit(base_url)
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError(f"not a base URL: {base_url}")
        self._host = url.hostname
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._ssl = ssl.create_default_context() if url.scheme == "https" else None
        self._prefix = url.path.rstrip("/").encode("ascii")
        self._host_line = b"host: " + url.netloc.rpartition("@")[2].encode("ascii")
        self._limit = connections
        self._connect_timeout = connect_timeout
        self._taken = 0  # connections there are or that are being made
        self._free: deque[Connection] = deque()  # the one used last is taken first
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._all: set[Connection] = set()

    @property
    def in_use(self) -> int:
        """How many of its connections serve a request just now, or are being made for one."""
        return self._taken - len(self._free)

    async def request(
        self,
        method: bytes,
        target: bytes,
        headers: Headers,
        body: Body = None,
        *,
        length: int | None = None,
        silence: float,
        until: float = math.inf,
    ) -> Answer:
        """Asks, and returns the answer: whole if it is small, else a stream, which the caller must `close`.

        `headers` without Host, Content-Length and Transfer-Encoding: those are said here. A body that is a stream has
        `length` in bytes, or goes in chunks. `silence` in seconds counts while nothing comes; `until`, by the loop's
        clock, ends the whole. A kept connection that turns out to be dead is replaced once, for methods that may be
        repeated and a body that can be. Raises UpstreamError, Unsendable, and what the body raises.
        """
        raw = head(
            method + b" " + self._prefix + target, self._host_line, headers, framing(method, body, length)
        )
        stream = None
        if isinstance(body, bytes):
            raw += body
        elif body is not None:
            stream = body
        connection = self._take_free()
        kept = connection is not None
        while True:
            if connection is None:
                connection = await self._obtain(until)
            waiter = connection.ask(raw, to_head=method == b"HEAD", silence=silence, until=until)
            if stream is not None:
                connection.upload(stream, length)
            try:
                return await waiter
            except Dropped:
                if not kept or stream is not None or method not in REPEATABLE:
                    raise
                kept, connection = False, None
            except asyncio.CancelledError:
                _abandon(connection, waiter)
                raise

    def _take_free(self) -> Connection | None:
        free = self._free
        if not free:
            return None
        stale = free[-1].loop.time() - _IDLE_SECONDS
        if free[0].used_at < stale:
            free.popleft().close()
        while free:
            connection = free.pop()
            if connection.used_at >= stale and connection.is_open:
                return connection
            connection.close()
        return None

    async def _obtain(self, until: float) -> Connection:
        """A connection of its own making, or one that comes free when there may be no more."""
        seconds = min(self._connect_timeout, until - asyncio.get_running_loop().time())
        late: type[ConnectTimedOut] = ConnectTimedOut
        try:
            async with asyncio.timeout(seconds):
                while self._taken >= self._limit:
                    late = NoneFree
                    connection = self._take_free() or await self._wait()
                    if connection is None:
                        late = ConnectTimedOut
                        return await self._connect()
                    if connection.is_open:
                        return connection
                self._taken += 1
                late = ConnectTimedOut
                return await self._connect()
        except TimeoutError as error:
            raise late("no connection in time") from error
        except OSError as error:
            raise ConnectFailed(f"no connection: {error}") from error

    async def _wait(self) -> Connection | None:
        """The next connection that comes free; None: instead of one that went, for which another may be made."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            with suppress(ValueError):
                self._waiting.remove(turn)
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(loop), self._host, self._port, ssl=self._ssl
            )
            if not connection.is_open:
                raise ConnectionResetError("closed at once")
        except BaseException:
            self._pass_on(None)
            raise
        connection.on_free = self._pass_on
        connection.on_lost = self._lost
        self._all.add(connection)
        return connection

    def _pass_on(self, connection: Connection | None) -> None:
        """`connection`, or with None the place of one, goes to whoever waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return
        if connection is not None:
            self._free.append(connection)
        else:
            self._taken -= 1

    def _lost(self, connection: Connection) -> None:
        self._all.discard(connection)
        with suppress(ValueError):
            self._free.remove(connection)
        self._pass_on(None)

    async def close(self) -> None:
        """Ends every connection; requests under way raise Torn."""
        for connection in list(self._all):
            connection.close()
        await asyncio.sleep(0)  # the loop lets go of them


def _abandon(connection: Connection, waiter: asyncio.Future[Answer]) -> None:
    if waiter.cancelled() or not waiter.done():
        connection.give_up(waiter)
    elif waiter.exception() is None:  # the answer was there, and its task cancelled before it woke
        waiter.result().close()
