"""Runs due jobs: claimed with SKIP LOCKED under a lease, retried with back-off, never forgotten."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import asyncpg
import structlog

from ..clock import now
from ..db.faults import is_infrastructure
from ..db.pool import Pool
from ..telemetry import context
from ..telemetry.metrics import JOBS_RUN
from .begin import Begin
from .job import Job, JobHandler, LeaseLost

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
FAILING_AFTER = 5
"""From this many failed attempts on, a job stands on the stuck-work page; it is still retried."""

_DUE = """run_at <= now() AND (leased_until IS NULL OR leased_until < now())"""
_CLAIM = f"""UPDATE job SET attempts = attempts + 1,
 leased_until = now() + coalesce(($4::jsonb ->> kind)::interval, $3) WHERE id IN (
 SELECT id FROM (
  SELECT id, run_at FROM (
   SELECT id, run_at FROM job WHERE {_DUE} AND kind = ANY($1)
   ORDER BY run_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS free
  UNION ALL
  SELECT scarce.id, scarce.run_at FROM unnest($5::text[], $6::int[]) AS room (kind, jobs) CROSS JOIN LATERAL (
   SELECT id, run_at FROM job WHERE {_DUE} AND kind = room.kind
   ORDER BY run_at LIMIT room.jobs FOR UPDATE SKIP LOCKED) AS scarce) AS due
 ORDER BY run_at LIMIT $2)
 RETURNING id, kind, key, payload, run_at, attempts, generation, traceparent"""


class JobRunner:
    """Claims and runs the jobs of the kinds it has handlers for.

    `leases`: of kinds that may run longer than `LEASE`; after a kill it is so long until another takes the job over.
    `at_once`: of kinds that hold what they run on for long, how many run here at a time; others keep the room beside.
    """

    def __init__(
        self,
        pool: Pool,
        handlers: Mapping[str, JobHandler],
        begin: Begin,
        *,
        leases: Mapping[str, timedelta] | None = None,
        at_once: Mapping[str, int] | None = None,
        concurrency: int = 8,
        poll_seconds: float = 1.0,
    ) -> None:
        self._pool = pool
        self._handlers = dict(handlers)
        self._at_once = dict(at_once or {})
        self._kinds = sorted(set(handlers) - set(self._at_once))
        self._leases = dict(leases or {})
        self._lease_texts = {kind: f"{lease.total_seconds()} s" for kind, lease in self._leases.items()}
        self._begin = begin
        self._concurrency = concurrency
        self._poll = poll_seconds
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """A job is due now; called after a commit."""
        self._wake.set()

    async def run(self) -> None:
        """Runs jobs as they fall due, until cancelled; jobs under way are finished first."""
        running: dict[asyncio.Task[None], str] = {}
        try:
            while True:
                free = self._concurrency - len(running)
                claimed = await self._claim(free, running.values()) if free else []
                for job, traceparent in claimed:
                    task = asyncio.create_task(self._run_one(job, traceparent))
                    running[task] = job.kind
                    task.add_done_callback(running.pop)
                    task.add_done_callback(lambda _: self._wake.set())
                if not claimed:
                    await self._wait()
        finally:
            if running:
                await asyncio.wait(running, timeout=10)

    async def run_due(self) -> int:
        """Runs everything due at this moment, one after another, and returns how many; for tests and commands."""
        count = 0
        while claimed := await self._claim(1):
            for job, traceparent in claimed:
                await self._run_one(job, traceparent)
                count += 1
        return count

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self._poll)
        self._wake.clear()

    async def _claim(self, limit: int, running: Iterable[str] = ()) -> list[tuple[Job, str | None]]:
        """Up to `limit` due jobs, while jobs of the kinds `running` are under way."""
        self._wake.clear()
        under_way = Counter(running)
        room = [most - under_way[kind] for kind, most in self._at_once.items()]
        try:
            rows = await self._pool.fetch(
                _CLAIM, self._kinds, limit, LEASE, self._lease_texts, list(self._at_once), room
            )
        except Exception as error:
            if not is_infrastructure(error):
                raise
            log.warning("jobs_interrupted", cause=repr(error))
            return []
        return [(Job(*list(row.values())[:7]), row["traceparent"]) for row in rows]

    async def _run_one(self, job: Job, traceparent: str | None) -> None:
        token = context.enter(context.continued(traceparent))
        try:
            lease = self._leases.get(job.kind, LEASE)
            async with asyncio.timeout(lease.total_seconds() - 5):
                await self._handlers[job.kind](job, self._begin)
            if not job.settled:
                async with self._begin() as uow:
                    await job.done(uow)
            JOBS_RUN.labels(job.kind, "done").inc()
        except LeaseLost:
            JOBS_RUN.labels(job.kind, "lease_lost").inc()
            log.info("job_lease_lost", kind=job.kind, key=job.key)
        except Exception as error:
            JOBS_RUN.labels(job.kind, "failed").inc()
            await self._failed(job, error)
        finally:
            context.leave(token)

    async def _failed(self, job: Job, error: Exception) -> None:
        log.warning(
            "job_failed", kind=job.kind, key=job.key, attempts=job.attempts, cause=repr(error),
            exc_info=error if job.attempts >= FAILING_AFTER else None,
        )  # fmt: skip
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            await self._pool.execute(
                "UPDATE job SET leased_until = NULL, run_at = $4, last_error = $5"
                " WHERE id = $1 AND generation = $2 AND attempts = $3",
                job.id, job.generation, job.attempts, retry_at(job.attempts), f"{type(error).__name__}: {error}"[:500],
            )  # fmt: skip


def retry_at(attempts: int) -> datetime:
    """1 s, 2 s, 4 s … up to 10 minutes after now."""
    return now() + timedelta(seconds=min(600, 2 ** (attempts - 1)))
