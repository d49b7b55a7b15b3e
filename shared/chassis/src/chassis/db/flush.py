"""Outbox rows, jobs and the idempotent answer as ONE statement: one round trip before the commit.

Raw asyncpg on purpose: this runs at every write of the platform (SQLAlchemy core costs some five times as much).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from ..clock import now
from ..telemetry.context import WorkContext


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


_OUTBOX = """INSERT INTO outbox (event_id, topic, key, version, type, occurred_at, traceparent, correlation_id,
 causation_id, payload) SELECT * FROM unnest({0}::uuid[], {1}::text[], {2}::text[], {3}::int[], {4}::text[],
 {5}::timestamptz[], {6}::text[], {7}::text[], {8}::text[], {9}::bytea[])"""
# A replaced job starts afresh; `generation` tells a run that is under way that it may not delete it.
_JOB = """INSERT INTO job (kind, key, payload, run_at, traceparent)
 SELECT kind, key, payload, run_at, {4}::text
 FROM unnest({0}::text[], {1}::text[], {2}::jsonb[], {3}::timestamptz[]) AS new (kind, key, payload, run_at)
 ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, run_at = excluded.run_at, attempts = 0,
 last_error = NULL, leased_until = NULL, generation = job.generation + 1, traceparent = excluded.traceparent"""
_ANSWER = """INSERT INTO idempotency_key (scope, body_hash, status, headers, body)
 VALUES ({0}::bytea, {1}::bytea, {2}::smallint, {3}::jsonb, {4}::bytea)"""
_CANCEL = "DELETE FROM job WHERE (kind, key) IN (SELECT * FROM unnest({0}::text[], {1}::text[]))"
_PARTS = ((_OUTBOX, 10), (_JOB, 5), (_CANCEL, 2), (_ANSWER, 5))


@cache
def _statement(present: tuple[bool, ...]) -> str:
    texts, position = [], 1
    for wanted, (template, count) in zip(present, _PARTS, strict=True):
        if wanted:
            texts.append(template.format(*(f"${position + i}" for i in range(count))))
            position += count
    if len(texts) == 1:
        return texts[0]
    *others, last = texts
    return "WITH " + ", ".join(f"part{i} AS ({text})" for i, text in enumerate(others)) + " " + last


def flush_statement(
    outbox: Sequence[OutboxRow],
    jobs: Sequence[_Job],
    cancelled: Collection[tuple[str, str]],
    answer: StoredAnswer | None,
    work: WorkContext | None,
) -> tuple[str, list[Any]]:
    """The statement and its arguments; at least one of the four must be there."""
    args: list[Any] = []
    if outbox:
        args += [
            [row.event_id for row in outbox],
            [row.topic for row in outbox],
            [row.key for row in outbox],
            [row.version for row in outbox],
            [row.type for row in outbox],
            [row.occurred_at for row in outbox],
            [row.traceparent for row in outbox],
            [row.correlation_id for row in outbox],
            [row.causation_id for row in outbox],
            [row.payload for row in outbox],
        ]
    if jobs:
        moment = now()
        args += [
            [job.kind for job in jobs],
            [job.key for job in jobs],
            [job.payload for job in jobs],
            [job.run_at or moment for job in jobs],
            work.traceparent if work else None,
        ]
    if cancelled:
        args += [[kind for kind, _ in cancelled], [key for _, key in cancelled]]
    if answer:
        args += [answer.scope, answer.body_hash, answer.status, answer.headers, answer.body]
    return _statement((bool(outbox), bool(jobs), bool(cancelled), answer is not None)), args
