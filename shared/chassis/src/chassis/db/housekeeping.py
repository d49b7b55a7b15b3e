"""Removing what its time has passed: sent outbox rows, inbox rows, idempotency keys."""

from datetime import timedelta

from ..jobs.begin import Begin
from ..jobs.job import Job, JobHandler

KIND = "chassis.housekeeping"
EVERY = timedelta(hours=1)
_STEP = 5_000


def housekeeping(outbox_days: int, inbox_days: int) -> JobHandler:
    """Deletes in steps, so that no transaction is long. Inbox rows outlive the outbox's: a resend is recognised."""
    steps = (
        ("outbox", "id", "sent_at", timedelta(days=outbox_days)),
        ("inbox", "ctid", "applied_at", timedelta(days=inbox_days)),
        ("idempotency_key", "scope", "created_at", timedelta(hours=24)),
    )

    async def run(job: Job, begin: Begin) -> None:
        for table, key, column, age in steps:
            while True:
                async with begin() as uow:
                    tag = await uow.execute(_delete(table, key, column), age)
                if tag != f"DELETE {_STEP}":
                    break

    return run


def _delete(table: str, key: str, column: str) -> str:
    old = f"SELECT {key} FROM {table} WHERE {column} < now() - $1::interval LIMIT {_STEP}"
    return f"DELETE FROM {table} WHERE {key} = ANY(ARRAY({old}))"
