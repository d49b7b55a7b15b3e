"""One unit of work at the edge: state, events, jobs and the idempotent answer commit together."""

import re
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog
from contracts.events import Event

from ..clock import now
from ..ids import uuid7
from ..telemetry import context
from .flush import AuditRow, OutboxRow, StoredAnswer, flush_parts
from .pool import STATEMENT_ERRORS, Pool
from .statement import Statement, Write, compose, unmet

log = structlog.get_logger(__name__)

R = TypeVar("R")

_COMPOSED = 4
"""More writes than this go one by one: composing them would make a new statement for each number of them."""
_ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)+")
_CHANGES = re.compile(
    r"\b(INSERT|UPDATE|DELETE|MERGE|FOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE)|advisory)\b", re.IGNORECASE
)


@dataclass(slots=True)
class PendingJob:
    """A job to be written with the commit. `run_at` None means at once; `keep`: not over one that is there."""

    kind: str
    key: str
    payload: dict[str, Any]
    run_at: datetime | None
    keep: bool = False


@dataclass(slots=True)
class Committed:
    """What a commit brought, for those who wait for it."""

    events: int = 0
    jobs_due: bool = False
    callbacks: list[Callable[[], None]] = field(default_factory=list)


class UnitOfWork:
    """Takes a connection at its first use; begins a transaction only when a statement needs one.

    Two ways to work with it. `read*`, then `write`: nothing is locked, and the writes go out with the commit as one
    statement, guarded by the version that was read. `fetch*` and `execute`: in a transaction that begins with the
    first of them, for locks and for reading what was just written; writes that wait are run before it.

    Whoever opened it (a route, the consumer, `begin()` of a job) commits it; nobody else does.
    """

    def __init__(self, pool: Pool, *, read_only: bool = False, urgent: bool = False) -> None:
        """`urgent`: its connection comes before those that others wait for."""
        self._pool = pool
        self._urgent = urgent
        self._read_only = read_only
        self._begun = False
        self._busy = False
        self._connection: asyncpg.Connection | None = None
        self._writes: list[Write] = []
        self._outbox: list[OutboxRow] = []
        self._jobs: dict[tuple[str, str], PendingJob] = {}
        self._cancelled: set[tuple[str, str]] = set()
        self._audit: list[AuditRow] = []
        self._answer: StoredAnswer | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._gathered: dict[Callable[..., Awaitable[None]], list[Any]] = {}
        self._of_batch = False

    # -- reading outside a transaction -------------------------------------------------------------

    async def read(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """Like `fetch`, without beginning a transaction; for statements that only read and lock nothing."""
        return await self._run("fetch", await self._reader(sql), sql, args)

    async def read_row(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await self._run("fetchrow", await self._reader(sql), sql, args)

    async def read_value(self, sql: str, *args: Any) -> Any:
        return await self._run("fetchval", await self._reader(sql), sql, args)

    # -- in a transaction ----------------------------------------------------------------------------

    async def connection(self) -> asyncpg.Connection:
        """The transaction's connection; its `commit` is not yours to call."""
        connection = await self._acquired()
        if not self._begun and not self._read_only:
            await self._run("execute", connection, "BEGIN", ())
            self._begun = True
        if self._writes:
            await self._write_one_by_one()
        return connection

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await self._run("fetch", await self.connection(), sql, args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        return await self._run("fetchrow", await self.connection(), sql, args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        return await self._run("fetchval", await self.connection(), sql, args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Runs one statement; returns PostgreSQL's command tag, such as `UPDATE 1`."""
        tag: str = await self._run("execute", await self.connection(), sql, args)
        return tag

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self._run("executemany", await self.connection(), sql, (rows,))

    async def copy(self, table: str, columns: Sequence[str], rows: AsyncIterable[Sequence[Any]]) -> None:
        """COPY of `rows` into `table`, as they come: what is not in memory need not be."""
        connection = await self.connection()
        self._busy = True
        await connection.copy_records_to_table(table, columns=columns, records=rows)
        self._busy = False

    # -- with the commit -------------------------------------------------------------------------------

    def write(
        self,
        statement: Statement,
        *args: Any,
        rows: int | None = None,
        otherwise: Callable[[], Exception] = LookupError,
    ) -> None:
        """Runs `statement` with the commit; unless it writes `rows` rows, that fails with `otherwise()`."""
        self._must_write()
        self._writes.append(Write(statement, args, rows, otherwise))

    @property
    def waiting(self) -> int:
        """How many writes wait for the commit."""
        return len(self._writes)

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
        self,
        kind: str,
        key: str,
        payload: dict[str, Any] | None = None,
        run_at: datetime | None = None,
        *,
        keep: bool = False,
    ) -> None:
        """Schedules job `kind` for `key`; the same pair again replaces payload and time, or with `keep` does nothing.

        A job that `keep` finds under way may be past what it is asked for now: it is for those that only wait.
        """
        self._must_write()
        pair = kind, key
        if keep and pair in self._jobs:
            return
        keep = keep and pair not in self._cancelled
        self._cancelled.discard(pair)
        self._jobs[pair] = PendingJob(kind, key, payload or {}, run_at, keep)

    def cancel_job(self, kind: str, key: str) -> None:
        """Forgets a job with this commit; one that is running finds its lease lost and rolls its effect back."""
        self._must_write()
        self._jobs.pop((kind, key), None)
        self._cancelled.add((kind, key))

    def audit(self, action: str, *, actor: str, subject: str, facts: dict[str, Any] | None = None) -> None:
        """Writes into the audit log with this commit that `actor` did `action` (`area.verb`) to `subject`.

        `actor` and `subject` are ids, `facts` ids, codes and counts: the log is kept for years and never changed, so
        no name, number, phone, address or answer may stand in it.
        """
        self._must_write()
        if not _ACTION.fullmatch(action) or not actor or not subject:
            raise ValueError(
                f"an audit row needs an action like area.verb, an actor and a subject: {action!r}"
            )
        work = context.current()
        self._audit.append(
            AuditRow(now(), action, actor, subject, facts or {}, work.trace_id if work else None)
        )

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Calls `callback` once the commit stands; never after a rollback."""
        self._callbacks.append(callback)

    def gather(self, write: Callable[["UnitOfWork", list[R]], Awaitable[None]], *rows: R) -> None:
        """Collects rows that `write` puts down all at once, right before the commit.

        One statement for a whole batch of events instead of one for each; nothing in between may need to read them.
        """
        self._gathered.setdefault(write, []).extend(rows)

    async def write_gathered(self) -> None:
        """Lets those write who gathered rows; the commit does it otherwise."""
        gathered, self._gathered = self._gathered, {}
        for write, rows in gathered.items():
            self._of_batch = self._of_batch or len(rows) > 1
            await write(self, rows)

    def store_answer(self, answer: StoredAnswer) -> None:
        """Keeps the answer to an idempotency key, with this commit."""
        self._answer = answer

    async def flush(self) -> None:
        """Writes what waits inside the transaction, and keeps it open: for tests of what commits overtake."""
        await self.connection()
        await self._flush()

    # -- ending, for the edge only ---------------------------------------------------------------------

    async def commit(self) -> Committed:
        """Writes what waits, with events, jobs and the answer, in one statement; commits. For the edge only."""
        await self.write_gathered()
        jobs, events = list(self._jobs.values()), len(self._outbox)
        await self._flush()
        if self._begun:
            assert self._connection is not None
            tag = await self._run("execute", self._connection, "COMMIT", ())
            self._begun = False
            if tag != "COMMIT":
                # PostgreSQL rolls a failed transaction back and calls that no error: somebody caught the one that was.
                raise RuntimeError("an error inside the transaction was swallowed; nothing was committed")
        await self.release()
        moment = now()
        return Committed(
            events=events,
            jobs_due=any(job.run_at is None or job.run_at <= moment for job in jobs),
            callbacks=self._callbacks,
        )

    async def rollback(self) -> None:
        """Undoes everything since the first use; harmless when nothing was begun.

        Never fails: a connection on which ROLLBACK cannot be said is dropped, and its server side rolls back.
        """
        self._writes = []
        if self._connection is None:
            return
        try:
            if self._begun and not self._busy:
                await self._run("execute", self._connection, "ROLLBACK", ())
                self._begun = False
        except Exception as error:
            log.info("rollback_by_disconnect", cause=repr(error))
            self._busy = True
        finally:
            await self.release()

    async def release(self) -> None:
        """Gives the connection back; one that is in the middle of something is dropped."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._pool.release(connection, broken=self._busy or self._begun)
            self._begun = self._busy = False

    # -- inside -------------------------------------------------------------------------------------------

    async def _acquired(self) -> asyncpg.Connection:
        if self._connection is None:
            self._connection = await self._pool.acquire(urgent=self._urgent)
        return self._connection

    async def _reader(self, sql: str) -> asyncpg.Connection:
        if not _only_reads(sql):
            raise ValueError(f"this statement needs a transaction, use fetch or execute: {sql[:80]}")
        return await (self.connection() if self._writes else self._acquired())

    async def _run(self, method: str, connection: asyncpg.Connection, sql: str, args: Sequence[Any]) -> Any:
        # A statement that was cancelled, or broke, leaves `_busy`: its connection is not handed to anybody again.
        self._busy = True
        try:
            result = await getattr(connection, method)(sql, *args)
        except STATEMENT_ERRORS:
            self._busy = False
            raise
        self._busy = False
        return result

    async def _flush(self) -> None:
        if len(self._writes) > _COMPOSED:
            await self.connection()
        jobs = list(self._jobs.values())
        parts = flush_parts(
            self._outbox, jobs, self._cancelled, self._answer, context.current(),
            audit=self._audit, of_batch=self._of_batch,
        )  # fmt: skip
        if not (self._writes or parts):
            return
        sql, args = compose(self._writes, parts)
        try:
            await self._run("execute", await self._acquired(), sql, args)
        except asyncpg.InvalidTextRepresentationError as error:
            if (expected := unmet(error, self._writes)) is not None:
                raise expected from None
            raise
        self._writes, self._outbox, self._jobs, self._cancelled, self._answer = [], [], {}, set(), None
        self._audit = []

    async def _write_one_by_one(self) -> None:
        writes, self._writes = self._writes, []
        for write in writes:
            assert self._connection is not None
            write.check(await self._run("execute", self._connection, write.statement.alone, write.args))

    def _must_write(self) -> None:
        if self._read_only:
            raise RuntimeError("a GET only reads; events and jobs belong to a write")


@cache
def _only_reads(sql: str) -> bool:
    return _CHANGES.search(sql) is None
