"""Recurring jobs: ordinary jobs that put themselves off to their next time."""

from datetime import timedelta

from ..clock import now
from ..db.uow import UnitOfWork
from .begin import Begin
from .job import Job, JobHandler

KEY = "recurring"


async def plant(uow: UnitOfWork, kind: str) -> None:
    """Makes sure the recurring job is there; one that is keeps its time."""
    await uow.execute("INSERT INTO job (kind, key) VALUES ($1, $2) ON CONFLICT DO NOTHING", kind, KEY)


def recurring(handler: JobHandler, every: timedelta) -> JobHandler:
    """Wraps `handler` so that each run plans the next, in its own transaction if the handler had none."""

    async def run(job: Job, begin: Begin) -> None:
        await handler(job, begin)
        if not job.settled:
            async with begin() as uow:
                await job.again(uow, now() + every)

    return run
