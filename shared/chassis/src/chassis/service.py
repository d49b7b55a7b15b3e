"""A service: its domain and a page of wiring give one process with an API, a relay, a consumer and jobs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import structlog
from contracts.events import Event
from contracts.topics import PRODUCERS
from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData

from .audit import sealer, wiring
from .auth.key_source import RemoteKeys
from .auth.verifier import FetchKeys, TokenVerifier
from .db import housekeeping, migrate, roles
from .db.pool import open_pool
from .db.uow import Committed, UnitOfWork
from .http.app import create_app
from .http.event_stream import Streams
from .jobs.job import JobHandler
from .jobs.recurring import plant, recurring
from .jobs.runner import JobRunner
from .messages.applier import Applier
from .messages.consumer import Consumer
from .messages.received import Handler
from .messages.relay import Relay
from .messages.replay import Replayer
from .messages.wakeup import Notifier
from .rotation.known_keys import require_keys
from .rotation.targets import Target
from .sealing import Sealer
from .settings import ServiceSettings
from .telemetry import spans

log = structlog.get_logger(__name__)

Hook = Callable[[], Awaitable[None]]
ROLES = ("all", "api", "worker")


class Service:
    """Wire it in `bootstrap.py`: include routers, consume events, name jobs; `start` and `stop` do the rest.

    role `all` runs everything in one process; `api` only answers requests; `worker` only relays, consumes and works.
    """

    def __init__(self, name: str, settings: ServiceSettings, *, metadata: MetaData, migrations: Path) -> None:
        self.name = name
        self.settings = settings
        self.metadata = metadata
        self.migrations = migrations
        self.state = SimpleNamespace()
        self.role = "all"
        self.handlers: dict[type[Event], Handler] = {}
        self.jobs: dict[str, JobHandler] = {}
        self.leases: dict[str, timedelta] = {}
        self.at_once: dict[str, int] = {}
        self.recurring_kinds: list[str] = []
        self.routers: list[APIRouter] = []
        self.streams = Streams()
        self._loops: list[tuple[str, Hook]] = []
        self.sealer: Sealer | None = None
        self.targets: list[Target] = []
        self._on_start: list[Hook] = []
        self._on_stop: list[Hook] = []
        self._fetch_keys: FetchKeys | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False
        self._concerns: dict[str, Callable[[], bool]] = {}
        self.job(
            housekeeping.KIND,
            housekeeping.housekeeping(settings.outbox_days, settings.inbox_days),
            every=housekeeping.EVERY,
        )
        self.job(sealer.KIND, wiring.sealer_of(name, settings, self.on_stop).run, every=sealer.EVERY)

    # -- wiring ---------------------------------------------------------------------------------

    def include(self, *routers: APIRouter) -> None:
        self.routers.extend(routers)

    def consume(self, handlers: Mapping[type[Event], Handler]) -> None:
        """Which event goes to which handler; the topics follow from the event models."""
        self.handlers.update(handlers)

    def job(
        self,
        kind: str,
        handler: JobHandler,
        *,
        every: timedelta | None = None,
        lease: timedelta | None = None,
        at_once: int | None = None,
    ) -> None:
        """A handler for jobs of `kind`; with `every`, a recurring one that plants itself. `lease`: of one that may take
        longer than a minute. `at_once`: how many of the kind run at a time in one process, where many would leave
        nothing to all others.
        """
        if at_once is not None:
            self.at_once[kind] = at_once
        if lease is not None:
            self.leases[kind] = lease
        if every is not None:
            handler = recurring(handler, every)
            self.recurring_kinds.append(kind)
        self.jobs[kind] = handler

    def loop(self, name: str, run: Hook) -> None:
        """Runs beside relay and jobs until the service stops; begun anew where it fails."""
        self._loops.append((name, run))

    def seal_with(self, sealer: Sealer, targets: Iterable[Target]) -> None:
        """What is sealed or hashed here, so that keys can be changed; a start without a key in use is refused."""
        self.sealer = sealer
        self.targets.extend(targets)
        self._on_start.insert(0, partial(require_keys, self.name, sealer, self.targets, self.begin))

    def on_start(self, hook: Hook) -> None:
        """Runs after the migrations, with the pool open, before requests are taken."""
        self._on_start.append(hook)

    def on_stop(self, hook: Hook) -> None:
        self._on_stop.append(hook)

    def verify_with(self, fetch_keys: FetchKeys) -> None:
        """Where the key set comes from, instead of identity's published one."""
        self._fetch_keys = fetch_keys

    # -- transactions -----------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def begin(self, *, urgent: bool = False) -> AsyncIterator[UnitOfWork]:
        """A transaction outside a request: commits at the end of the block, rolls back on any exception."""
        uow = UnitOfWork(self.pool, urgent=urgent)
        try:
            yield uow
            committed = await uow.commit()
        except BaseException:
            await uow.rollback()
            raise
        self.committed(committed)

    def committed(self, outcome: Committed) -> None:
        """After a commit: wakes the relay for events, the runner for jobs, and whoever asked."""
        if outcome.events:
            self.wake_relay()
        if outcome.jobs_due:
            self.wake_jobs()
        for callback in outcome.callbacks:
            callback()

    def wake_relay(self) -> None:
        if self.relay.leads:
            self.relay.wake()
        else:
            self.notifier.notify()

    def wake_jobs(self) -> None:
        self.runner.wake()

    async def replay(self, topic: str, key: str) -> bool:
        """Applies the parked messages of one key now; whether all of them went through."""
        return await self.replayer.replay_key(topic, key)

    # -- running ------------------------------------------------------------------------------------

    def app(self) -> FastAPI:
        """The ASGI application; its lifespan starts and stops this service."""
        return create_app(self)

    async def start(self, role: str = "all") -> None:
        """Migrates if told to, opens everything, then starts the workers of `role`."""
        self.role = role
        url = self.settings.database_url.get_secret_value()
        await self._migrate(url)
        self.pool = await open_pool(url, size=self.settings.database_pool_size, application_name=self.name)
        await self._complain_of_loose_grants()
        spans.configure(self.name, self.settings.otel_exporter_otlp_endpoint)
        self._assemble(url)
        for hook in self._on_start:
            await hook()
        if role in ("all", "worker"):
            await self._start_workers()
        self._started = True
        log.info("started", role=role)

    async def _migrate(self, url: str) -> None:
        settings = self.settings
        owner = settings.migration_database_url.get_secret_value() if settings.migration_database_url else url
        if settings.migrate_on_start:
            await migrate.bring_up(owner, url, self.migrations)
        elif not await migrate.is_current(url, self.migrations):
            raise RuntimeError(
                f"the database of {self.name} is not migrated: run `python -m … migrate` first"
            )

    async def _complain_of_loose_grants(self) -> None:
        connection = await self.pool.acquire()
        try:
            loose = await roles.changeable_by_us(connection)
        finally:
            self.pool.release(connection)
        if loose:
            log.error(
                "audit_log_is_not_append_only", tables=loose,
                remedy="serve as a role that does not own the tables: MIGRATION_DATABASE_URL for the owner",
            )  # fmt: skip

    def _assemble(self, url: str) -> None:
        settings = self.settings
        if self._fetch_keys is None:
            remote = RemoteKeys(settings.identity_url)
            self._fetch_keys = remote
            self.on_stop(remote.close)
        self.verifier = TokenVerifier(self._fetch_keys)
        # One batch of events moves many cases on, for whose pages others would ask again and again.
        self.applier = Applier(self.name, self.handlers, partial(self.begin, urgent=True))
        self.replayer = Replayer(self.applier, self.begin)
        self.runner = JobRunner(self.pool, self.jobs, self.begin, leases=self.leases, at_once=self.at_once)
        self.notifier = Notifier(self.pool)
        self.relay = Relay(
            database_url=url,
            bootstrap=settings.kafka_bootstrap,
            source=self.name,
            topics=[topic for topic, producer in PRODUCERS.items() if producer == self.name],
            partitions=settings.topic_partitions,
            replication=settings.topic_replication,
            spacing_ms=settings.relay_spacing_ms,
        )

    async def _start_workers(self) -> None:
        async with self.begin() as uow:
            for kind in self.recurring_kinds:
                await plant(uow, kind)
        loops: list[tuple[str, Hook]] = [("relay", self.relay.run), ("jobs", self.runner.run), *self._loops]
        if self.handlers:
            loops += [("consumer", self._consumer().run), ("replay", self.replayer.run)]
        self._tasks = [asyncio.create_task(_never_ending(name, loop), name=name) for name, loop in loops]

    def _consumer(self) -> Consumer:
        settings = self.settings
        return Consumer(
            bootstrap=settings.kafka_bootstrap,
            group=self.name,
            topics=sorted({model.TOPIC for model in self.handlers}),
            applier=self.applier,
            begin=self.begin,
            partitions=settings.topic_partitions,
            replication=settings.topic_replication,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            fetch_spacing_ms=settings.kafka_fetch_spacing_ms,
        )

    async def stop(self) -> None:
        """Stops workers first, then hooks, then the pool; each at most a few seconds."""
        self._started = False
        self.streams.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=12)
        for hook in reversed(self._on_stop):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(hook(), 3)
        if hasattr(self, "pool"):
            try:
                await asyncio.wait_for(self.pool.close(), 5)
            except TimeoutError:
                self.pool.terminate()
        spans.shutdown()

    def concern(self, name: str, is_so: Callable[[], bool]) -> None:
        """Shows `name` at `/readyz` while `is_so`: nothing fails yet, and a person should look at it."""
        self._concerns[name] = is_so

    def concerns(self) -> list[str]:
        return [name for name, is_so in self._concerns.items() if is_so()]

    async def readiness(self) -> dict[str, bool]:
        """What must be well for requests to be answered."""
        try:
            async with asyncio.timeout(2):
                database = await self.pool.fetchval("SELECT true")
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            database = False
        return {"started": self._started, "database": bool(database)}


async def _never_ending(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Keeps a worker loop going: an unforeseen error is logged and the loop begun anew, never silently gone."""
    task = asyncio.current_task()
    assert task is not None
    while True:
        try:
            await loop()
        except asyncio.CancelledError:
            # asyncpg and aiokafka let out a CancelledError of their own when a connection breaks under them;
            # only a cancellation asked of this task may end it.
            if task.cancelling():
                raise
            log.warning("worker_interrupted", worker=name)
        except Exception:
            log.exception("worker_failed", worker=name)
        await asyncio.sleep(0.5)
