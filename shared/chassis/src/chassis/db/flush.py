"""Outbox rows, jobs, audit rows and the idempotent answer as parts of the statement that commits.

Raw asyncpg on purpose: this runs at every write of the platform (SQLAlchemy core costs some five times as much).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from ..clock import now
from ..telemetry.context import WorkContext
from .statement import Part, Statement


@dataclass(slots=True)
class OutboxRow:
    event_id: UUID
    topic: str
    key: str
    version: int
    type: str
    occurred_at: datetime
    traceparent: str | None
    correlation_id: str | None
    causation_id: str | None
    payload: bytes


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what to whom. `facts` say no more than ids, codes and counts."""

    at: datetime
    action: str
    actor: str
    subject: str
    facts: dict[str, Any]
    trace_id: str | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The first answer to an idempotency key. `scope` and `body_hash` are SHA-256 digests."""

    scope: bytes
    body_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


class _Job(Protocol):
    kind: str
    key: str
    payload: dict[str, Any]
    run_at: datetime | None
    keep: bool


_COLUMNS: Final = (
    "event_id", "topic", "key", "version", "type", "occurred_at", "traceparent", "correlation_id",
    "causation_id", "payload",
)  # fmt: skip
_TYPES: Final = ("uuid", "text", "text", "int", "text", "timestamptz", "text", "text", "text", "bytea")
_INTO: Final = f"INSERT INTO outbox ({', '.join(_COLUMNS)})"
# Most commits tell one event or two; plain parameters cost the client a tenth of what ten arrays do.
_FEW: Final = {
    count: Statement(
        f"{_INTO} VALUES "
        + ", ".join(
            "(" + ", ".join(f"${row * 10 + i + 1}::{kind}" for i, kind in enumerate(_TYPES)) + ")"
            for row in range(count)
        )
    )
    for count in (1, 2)
}
_MANY: Final = Statement(
    f"{_INTO} SELECT * FROM unnest(" + ", ".join(f"${i + 1}::{kind}[]" for i, kind in enumerate(_TYPES)) + ")"
)
# A replaced job starts afresh; `generation` tells a run that is under way that it may not delete it.
_REPLACE: Final = """ ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at,
 attempts = 0, last_error = NULL, leased_until = NULL, generation = job.generation + 1,
 traceparent = excluded.traceparent"""
_JOB: Final = Statement(
    "INSERT INTO job (kind, key, payload, run_at, traceparent)"
    " VALUES ($1::text, $2::text, $3::jsonb, $4::timestamptz, $5::text)" + _REPLACE
)
_JOBS: Final = Statement(
    "INSERT INTO job (kind, key, payload, run_at, traceparent) SELECT kind, key, payload, run_at, $5::text"
    " FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[]) AS new (kind, key, payload, run_at)"
    + _REPLACE
)
_KEPT_JOBS: Final = Statement(
    "INSERT INTO job (kind, key, payload, run_at, traceparent) SELECT kind, key, payload, run_at, $5::text"
    " FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::timestamptz[]) AS new (kind, key, payload, run_at)"
    " ON CONFLICT (kind, key) DO NOTHING"
)
_CANCEL: Final = Statement(
    "DELETE FROM job WHERE (kind, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))"
)
_AUDIT: Final = Statement(
    "INSERT INTO audit_pending SELECT id FROM $row",
    row="""INSERT INTO audit_log (at, action, actor, subject, facts, trace_id) SELECT * FROM
 unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[]) RETURNING id""",
)
_ANSWER: Final = Statement(
    """INSERT INTO idempotency_key (scope, body_hash, status, headers, body)
 VALUES ($1::bytea, $2::bytea, $3::smallint, $4::jsonb, $5::bytea)"""
)


def flush_parts(
    outbox: Sequence[OutboxRow],
    jobs: Sequence[_Job],
    cancelled: Collection[tuple[str, str]],
    answer: StoredAnswer | None,
    work: WorkContext | None,
    *,
    audit: Sequence[AuditRow] = (),
    of_batch: bool = False,
) -> list[Part]:
    """The statements that put down what is there, with their arguments.

    `of_batch`: in the one form that fits any number, so that batches of all sizes are one statement to PostgreSQL.
    """
    parts: list[Part] = []
    if outbox:
        parts.append(_events(outbox, few=not of_batch))
    traceparent = work.traceparent if work else None
    if replacing := [job for job in jobs if not job.keep]:
        parts.append(_jobs(replacing, traceparent, few=not of_batch))
    if keeping := [job for job in jobs if job.keep]:
        parts.append((_KEPT_JOBS, _job_columns(keeping, traceparent)))
    if cancelled:
        parts.append((_CANCEL, [[kind for kind, _ in cancelled], [key for _, key in cancelled]]))
    if audit:
        columns = ("at", "action", "actor", "subject", "facts", "trace_id")
        parts.append((_AUDIT, [[getattr(row, column) for row in audit] for column in columns]))
    if answer:
        kept = [answer.scope, answer.body_hash, answer.status, answer.headers, answer.body]
        parts.append((_ANSWER, kept))
    return parts


def _events(outbox: Sequence[OutboxRow], *, few: bool) -> Part:
    if few and len(outbox) in _FEW:
        return _FEW[len(outbox)], [getattr(row, column) for row in outbox for column in _COLUMNS]
    return _MANY, [[getattr(row, column) for row in outbox] for column in _COLUMNS]


def _jobs(jobs: Sequence[_Job], traceparent: str | None, *, few: bool) -> Part:
    if few and len(jobs) == 1:
        job = jobs[0]
        return _JOB, [job.kind, job.key, job.payload, job.run_at or now(), traceparent]
    return _JOBS, _job_columns(jobs, traceparent)


def _job_columns(jobs: Sequence[_Job], traceparent: str | None) -> list[Any]:
    moment = now()
    return [
        [job.kind for job in jobs],
        [job.key for job in jobs],
        [job.payload for job in jobs],
        [job.run_at or moment for job in jobs],
        traceparent,
    ]
