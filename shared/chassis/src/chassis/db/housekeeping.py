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
                    # The age stands in the text: plans see no values, and this one must know that few rows are so old.
                    tag = await uow.execute(
                        f"DELETE FROM {table} WHERE {key} = ANY(ARRAY(SELECT {key} FROM {table}"
                        f" WHERE {column} < now() - interval '{age.total_seconds():.0f} s' LIMIT {_STEP}))"
                    )
                if tag != f"DELETE {_STEP}":
                    break

    return run
