"""A whole service inside a test: its app over ASGI, its database, its inbox and jobs worked by hand."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from aiokafka.structs import ConsumerRecord
from contracts.events import Event, registered_events

from ..clock import now
from ..db.uow import UnitOfWork
from ..ids import uuid7
from ..messages.envelope import headers_for, read_headers
from ..messages.inbox import Arrival
from ..parity.tallying import KIND as TALLY_DAYS
from ..service import Service
from .contracts import check_audit, check_outbox
from .databases import owner_url
from .declared import Declared
from .tokens import Tokens

BASE_URL = "http://service.test"


class Running:
    """A started service. No worker runs by itself: `deliver` and `run_jobs` do what they would, when told."""

    def __init__(self, service: Service, client: httpx2.AsyncClient, tokens: Tokens) -> None:
        self.service = service
        self.client = client
        self.tokens = tokens

    def uow(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction to arrange or to look; commits at the end of the block."""
        return self.service.begin()

    @contextlib.asynccontextmanager
    async def as_owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of the database's owner, for what the service may not: alter tables, rewrite its audit log."""
        connection = await asyncpg.connect(owner_url(self.service.settings.database_url.get_secret_value()))
        try:
            yield connection
        finally:
            await connection.close()

    async def deliver(self, *events: Event, event_id: UUID | None = None) -> None:
        """Feeds events through the inbox, as the consumer would; what fails is parked. `event_id` repeats one."""
        arrivals = [arrival(event, event_id or uuid7()) for event in events]
        known = [one for one in arrivals if self.service.applier.handles(one.envelope.type)]
        if known:
            await self.service.applier.apply(known, [])

    async def deliver_bytes(self, type: str, topic: str, key: str, body: bytes, event_id: UUID) -> None:
        """Feeds one record as the broker brings it, whatever version of its producer wrote it."""
        await self.service.applier.apply([_arrival(type, topic, key, body, event_id)], [])

    async def run_jobs(self) -> int:
        """Runs the jobs due now until none is; returns how many ran."""
        return await self.service.runner.run_due()

    async def count_days(self, since: date) -> None:
        """Counts the days that are over, from `since` on, as the nightly job does; and runs what is due then."""
        async with self.uow() as uow:
            uow.enqueue(TALLY_DAYS, "recurring", {"day": since.isoformat()})
        await self.run_jobs()

    async def emitted(self) -> list[Event]:
        """The outbox's events as models, oldest first."""
        models = registered_events()
        rows = await self.service.pool.fetch("SELECT type, payload FROM outbox ORDER BY id")
        return [models[row["type"]].model_validate_json(row["payload"]) for row in rows]

    async def parked(self) -> list[dict[str, Any]]:
        """The parked messages, oldest first."""
        return [
            dict(row) for row in await self.service.pool.fetch("SELECT * FROM parked_message ORDER BY id")
        ]


def arrival(event: Event, event_id: UUID) -> Arrival:
    """`event` as a record from the broker."""
    return _arrival(event.TYPE, event.TOPIC, event.aggregate_id, event.model_dump_json().encode(), event_id)


def _arrival(type: str, topic: str, key: str, body: bytes, event_id: UUID) -> Arrival:
    headers = headers_for(
        event_id=event_id, type=type, source="test", subject=key, time=now(), epoch=1,
        traceparent=None, correlation_id=None, causation_id=None,
    )  # fmt: skip
    record = ConsumerRecord(
        topic=topic, partition=0, offset=0, timestamp=0, timestamp_type=0, key=key.encode(), value=body,
        checksum=None, serialized_key_size=0, serialized_value_size=0, headers=tuple(headers),
    )  # fmt: skip
    return Arrival(record, read_headers(headers), key)


@contextlib.asynccontextmanager
async def running(
    service: Service, tokens: Tokens, *, own_keys: bool = False, role: str = "api"
) -> AsyncIterator[Running]:
    """Starts `service` on its configured database. `own_keys`: it verifies with its own key set (identity-svc).

    At the end of the block every event in its outbox is held against its committed contract. Every problem it
    answers must be one that its API document tells of.
    role "api" starts no worker; "all" starts relay, consumer and jobs against the configured broker.
    """
    if not own_keys:
        service.verify_with(tokens.key_set)
    service.role = role
    app = service.app()
    async with app.router.lifespan_context(app):
        # raise_app_exceptions off: a 500 must be seen as a 500, as a client would.
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        hooks = {"response": [Declared(service).hold]}
        async with httpx2.AsyncClient(transport=transport, base_url=BASE_URL, event_hooks=hooks) as client:
            yield Running(service, client, tokens)
            await check_outbox(service)
            await check_audit(service)


BuildService = Callable[..., Service]
