"""One transaction at the edge: state, events, jobs and the idempotent answer commit together."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog
from contracts.events import Event

from ..clock import now
from ..ids import uuid7
from ..telemetry import context
from .flush import OutboxRow, StoredAnswer, flush_statement

log = structlog.get_logger(__name__)

R = TypeVar("R")


@dataclass(slots=True)
class PendingJob:
    """A job to be written with the commit. `run_at` None means at once."""

    kind: str
    key: str
    payload: dict[str, Any]
    run_at: datetime | None


@dataclass(slots=True)
class Committed:
    """What a commit brought, for those who wait for it."""

    events: int = 0
    jobs_due: bool = False
    callbacks: list[Callable[[], None]] = field(default_factory=list)


class UnitOfWork:
    """Takes a connection at its first use, and begins a transaction unless it only reads.

    Whoever opened it (a route, the consumer, `begin()` of a job) commits it; nobody else does.
    """

    def __init__(self, pool: asyncpg.Pool, *, read_only: bool = False) -> None:
        self._pool = pool
        self._read_only = read_only
        self._connection: asyncpg.pool.PoolConnectionProxy | None = None
        self._outbox: list[OutboxRow] = []
        self._jobs: dict[tuple[str, str], PendingJob] = {}
        self._cancelled: set[tuple[str, str]] = set()
        self._answer: StoredAnswer | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._gathered: dict[Callable[..., Awaitable[None]], list[Any]] = {}

    async def connection(self) -> asyncpg.pool.PoolConnectionProxy:
        """The transaction's connection; its `commit` is not yours to call."""
        if self._connection is None:
            self._connection = await self._pool.acquire(timeout=10)
            if not self._read_only:
                try:
                    await self._connection.execute("BEGIN")
                except BaseException:
                    await self._drop()
                    raise
        return self._connection

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await (await self.connection()).fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await (await self.connection()).fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await (await self.connection()).fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Runs one statement; returns PostgreSQL's command tag, such as `UPDATE 1`."""
        return await (await self.connection()).execute(sql, *args)

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await (await self.connection()).executemany(sql, rows)

    def emit(self, event: Event, *, version: int) -> UUID:
        """Puts `event` into the outbox with this commit and returns its id.

        `version` is the aggregate's, from the same update; a second event with the same one fails the commit.
        """
        self._must_write()
        work = context.current()
        row = OutboxRow(
            event_id=uuid7(),
            topic=event.TOPIC,
            key=event.aggregate_id,
            version=version,
            type=event.TYPE,
            occurred_at=now(),
            traceparent=work.traceparent if work else None,
            correlation_id=(work.correlation_id or work.trace_id) if work else None,
            causation_id=(work.causation_id or work.request_id) if work else None,
            payload=event.__pydantic_serializer__.to_json(event),
        )
        self._outbox.append(row)
        return row.event_id

    def enqueue(
        self, kind: str, key: str, payload: dict[str, Any] | None = None, run_at: datetime | None = None
    ) -> None:
        """Schedules job `kind` for `key`; the same pair again replaces payload and time."""
        self._must_write()
        self._cancelled.discard((kind, key))
        self._jobs[kind, key] = PendingJob(kind, key, payload or {}, run_at)

    def cancel_job(self, kind: str, key: str) -> None:
        """Forgets a job with this commit; one that is running finds its lease lost and rolls its effect back."""
        self._must_write()
        self._jobs.pop((kind, key), None)
        self._cancelled.add((kind, key))

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Calls `callback` once the commit stands; never after a rollback."""
        self._callbacks.append(callback)

    def gather(self, write: Callable[["UnitOfWork", list[R]], Awaitable[None]], *rows: R) -> None:
        """Collects rows that `write` puts down all at once, right before the commit.

        One statement for a whole batch of events instead of one for each; nothing in between may need to read them.
        """
        self._gathered.setdefault(write, []).extend(rows)

    def store_answer(self, answer: StoredAnswer) -> None:
        """Keeps the answer to an idempotency key, with this commit."""
        self._answer = answer

    async def commit(self) -> Committed:
        """Writes what was gathered, then events, jobs and the answer in one statement; commits. For the edge only."""
        for write, rows in self._gathered.items():
            await write(self, rows)
        jobs = list(self._jobs.values())
        await self._flush(jobs, self._answer)
        if self._connection is not None:
            if not self._read_only:
                await self._connection.execute("COMMIT")
            await self.release()
        moment = now()
        return Committed(
            events=len(self._outbox),
            jobs_due=any(job.run_at is None or job.run_at <= moment for job in jobs),
            callbacks=self._callbacks,
        )

    async def flush(self) -> None:
        """Writes events and jobs gathered so far, inside the transaction, keeping it open."""
        await self._flush(list(self._jobs.values()), None)
        self._outbox, self._jobs, self._cancelled = [], {}, set()

    async def _flush(self, jobs: list[PendingJob], answer: StoredAnswer | None) -> None:
        if self._outbox or jobs or self._cancelled or answer:
            sql, args = flush_statement(self._outbox, jobs, self._cancelled, answer, context.current())
            await self.execute(sql, *args)

    async def rollback(self) -> None:
        """Undoes everything since the first use; harmless when nothing was begun.

        Never fails: a connection on which ROLLBACK cannot be said is dropped, and its server side rolls back.
        """
        if self._connection is None:
            return
        try:
            if not self._read_only:
                await self._connection.execute("ROLLBACK")
            await self.release()
        except asyncio.CancelledError:
            await self._drop()
            raise
        except Exception as error:
            log.info("rollback_by_disconnect", cause=repr(error))
            await self._drop()

    async def release(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await self._pool.release(connection)

    async def _drop(self) -> None:
        """A connection in an unknown state must not go back to the pool as it is."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with contextlib.suppress(asyncpg.InterfaceError):  # the pool may have given it up already
                connection.terminate()
            with contextlib.suppress(asyncpg.InterfaceError):
                await self._pool.release(connection)

    def _must_write(self) -> None:
        if self._read_only:
            raise RuntimeError("a GET only reads; events and jobs belong to a write")
