"""The connection pool of a service: the last one given back is the next one taken."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
import orjson

_IDLE_SECONDS = 300.0
_CLOSE_SECONDS = 2.0
_ACQUIRE_SECONDS = 10.0

STATEMENT_ERRORS = (asyncpg.PostgresError, ValueError, TypeError)
"""What a statement or its arguments can do wrong, leaving the connection whole. Anything else, a cancellation
included, leaves it in an unknown state."""

T = TypeVar("T")
Connect = Callable[[], Awaitable[asyncpg.Connection]]
Waiter = asyncio.Future[asyncpg.Connection | None]


class Pool:
    """Up to `size` raw connections.

    Not asyncpg's pool: that one wraps each connection in a proxy and starts a task at every acquire and every
    release, 0.1 ms of CPU a transaction. Here the hottest connection is reused, so few servers' caches stay warm;
    one that is broken, or comes back inside a transaction, is never handed out again. Whoever waits is handed the
    connection itself, so nobody who comes later takes it from them.
    """

    def __init__(self, connect: Connect, *, size: int) -> None:
        self._connect = connect
        self._size = size
        self._free: list[tuple[asyncpg.Connection, float]] = []
        self._taken: set[asyncpg.Connection] = set()
        self._opening = 0
        # Given a connection, or None for the room to open one.
        self._waiting: deque[Waiter] = deque()
        self._urgent: deque[Waiter] = deque()
        self._all_back = asyncio.Event()
        self._closing = False

    async def acquire(self, *, urgent: bool = False) -> asyncpg.Connection:
        """A connection outside any transaction; raises TimeoutError when none comes free in ten seconds.

        `urgent`: before all who wait and are not.
        """
        connection = self._pop()
        if connection is None:
            async with asyncio.timeout(_ACQUIRE_SECONDS):
                connection = await self._wait_or_open(urgent)
        self._taken.add(connection)
        return connection

    def release(self, connection: asyncpg.Connection, *, broken: bool = False) -> None:
        """Gives a connection back. `broken`: its state is unknown, it is thrown away."""
        if connection not in self._taken:
            return
        if broken or self._closing or connection.is_closed() or connection.is_in_transaction():
            self._taken.discard(connection)
            connection.terminate()
            self._pass_on_room()
        elif (waiter := self._next()) is not None:
            waiter.set_result(connection)
        else:
            self._taken.discard(connection)
            self._free.append((connection, time.monotonic()))
            self._drop_idle()
        if self._closing and not self._taken:
            self._all_back.set()

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await self._once(lambda connection: connection.fetch(sql, *args))

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await self._once(lambda connection: connection.fetchrow(sql, *args))

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self._once(lambda connection: connection.fetchval(sql, *args))

    async def execute(self, sql: str, *args: Any) -> str:
        return await self._once(lambda connection: connection.execute(sql, *args))

    async def close(self) -> None:
        """Closes the free connections, and the others as they come back; who still waits gets an InterfaceError."""
        self._refuse()
        free, self._free = self._free, []
        for connection, _ in free:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=_CLOSE_SECONDS)
        if self._taken:
            await self._all_back.wait()

    def terminate(self) -> None:
        """Breaks off whatever is open."""
        self._refuse()
        for connection in [*self._taken, *(connection for connection, _ in self._free)]:
            connection.terminate()
        self._free.clear()
        self._taken.clear()
        self._all_back.set()

    async def _once(self, run: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        connection = await self.acquire()
        broken = True
        try:
            result = await run(connection)
            broken = False
            return result
        except STATEMENT_ERRORS:
            broken = False
            raise
        finally:
            self.release(connection, broken=broken)

    def _pop(self) -> asyncpg.Connection | None:
        if self._closing:
            raise asyncpg.InterfaceError("the pool is closed")
        while self._free:
            connection, _ = self._free.pop()
            if not connection.is_closed():
                return connection
        return None

    async def _wait_or_open(self, urgent: bool) -> asyncpg.Connection:
        if len(self._taken) + self._opening < self._size:
            self._opening += 1
            return await self._open()
        waiter: Waiter = asyncio.get_running_loop().create_future()
        (self._urgent if urgent else self._waiting).append(waiter)
        try:
            connection = await waiter
        except asyncio.CancelledError:
            # What was handed to us must not be lost with us.
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._hand_back(waiter.result())
            raise
        return await self._open() if connection is None else connection

    async def _open(self) -> asyncpg.Connection:
        """A new one, in the room that `_opening` was raised for."""
        try:
            connection = await self._connect()
        except BaseException:
            self._opening -= 1
            self._pass_on_room()
            raise
        self._opening -= 1
        if self._closing:
            connection.terminate()
            raise asyncpg.InterfaceError("the pool is closed")
        return connection

    def _hand_back(self, connection: asyncpg.Connection | None) -> None:
        if connection is not None:
            self.release(connection)
        else:
            self._opening -= 1
            self._pass_on_room()

    def _pass_on_room(self) -> None:
        if not self._closing and (waiter := self._next()) is not None:
            self._opening += 1
            waiter.set_result(None)

    def _next(self) -> Waiter | None:
        for queue in (self._urgent, self._waiting):
            while queue:
                waiter = queue.popleft()
                if not waiter.done():
                    return waiter
        return None

    def _refuse(self) -> None:
        self._closing = True
        while (waiter := self._next()) is not None:
            waiter.set_exception(asyncpg.InterfaceError("the pool is closed"))

    def _drop_idle(self) -> None:
        coldest, since = self._free[0]
        if len(self._free) > 1 and time.monotonic() - since > _IDLE_SECONDS:
            del self._free[0]
            coldest.terminate()


async def open_pool(url: str, *, size: int, application_name: str) -> Pool:
    """A pool of up to `size` connections; statements time out after 30 s, forgotten transactions after 60 s.

    Raises OSError or asyncpg.PostgresError when the database cannot be reached.
    """
    settings = session_settings(application_name)

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(url, timeout=10, server_settings=settings)
        await prepare_connection(connection)
        return connection

    pool = Pool(connect, size=size)
    pool.release(await pool.acquire())
    return pool


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """jsonb and json travel as Python objects."""
    for kind in ("jsonb", "json"):
        await connection.set_type_codec(
            kind, encoder=_encode_json, decoder=orjson.loads, schema="pg_catalog", format="text"
        )


def session_settings(application_name: str) -> dict[str, str]:
    return {
        "application_name": application_name,
        "statement_timeout": "30000",
        "idle_in_transaction_session_timeout": "60000",
        "synchronous_commit": "on",
        # A plan for each statement and connection, not six: otherwise the first five runs are planned for their values
        # alone. So no statement may need its values to find a good plan; the plans that tests look at are these.
        "plan_cache_mode": "force_generic_plan",
        "timezone": "UTC",
    }


async def dedicated_connection(url: str, application_name: str) -> asyncpg.Connection:
    """A connection outside the pool: for advisory locks and LISTEN, which live and die with it."""
    settings = session_settings(application_name) | {"idle_in_transaction_session_timeout": "0"}
    connection = await asyncpg.connect(url, timeout=10, server_settings=settings)
    await prepare_connection(connection)
    return connection


def _encode_json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
