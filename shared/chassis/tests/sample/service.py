"""Wiring, routes and handlers of the sample service."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ClassVar

import sqlalchemy as sa
from chassis.audit.witness import add_witness_table, witness_router
from chassis.db import UnitOfWork
from chassis.db.tables import add_chassis_tables
from chassis.http import Caller, Router, Uow, allow, answer_not_stored, requires_idempotency_key
from chassis.jobs import Begin, Job
from chassis.messages import Received
from chassis.parity import Fact, TallyDays, add_tally_table
from chassis.problems import Conflict
from chassis.service import Service
from chassis.settings import ServiceSettings
from contracts import topics
from contracts.events import Event
from contracts.tallies import DayTallied
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel

TOPIC = "sample.counters.v1"
DAYS = "sample.days.v1"
topics.PRODUCERS |= {TOPIC: "sample-svc", DAYS: "sample-svc"}

metadata = sa.MetaData()
add_chassis_tables(metadata)
add_witness_table(metadata)
add_tally_table(metadata)
sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
sa.Table(
    "sale",
    metadata,
    sa.Column("id", sa.Uuid, nullable=False),
    sa.Column("sold_at", sa.TIMESTAMP(timezone=True), nullable=False),
    sa.Column("what", sa.Text),
    sa.Column("cents", sa.Integer, nullable=False),
    sa.Index("sale_sold_at", "sold_at"),
)
SOLD = Fact(
    "sample.sold",
    ("what", "cents"),
    "SELECT id, sold_at AS at, what, cents FROM sale WHERE sold_at >= $1 AND sold_at < $2",
)

MIGRATIONS = Path(__file__).parent / "migrations"


class CounterRaised(Event):
    TYPE: ClassVar[str] = "sample.counter.raised"
    TOPIC: ClassVar[str] = TOPIC
    KEY: ClassVar[str] = "name"

    name: str
    value: int


class SampleDayTallied(DayTallied):
    TYPE: ClassVar[str] = "sample.day.tallied"
    TOPIC: ClassVar[str] = DAYS


class Raise(BaseModel):
    by: int = 1


class Counter(BaseModel):
    name: str
    value: int


router = Router(prefix="/api/counters")
Citizen = Annotated[Caller, Depends(allow(Role.CITIZEN))]


async def raise_counter(uow: UnitOfWork, name: str, by: int) -> Counter:
    row = await uow.fetchrow(
        "INSERT INTO counter VALUES ($1, $2, 1) ON CONFLICT (name) DO UPDATE"
        " SET value = counter.value + $2, version = counter.version + 1 RETURNING value, version",
        name,
        by,
    )
    assert row is not None
    uow.emit(CounterRaised(name=name, value=row["value"]), version=row["version"])
    return Counter(name=name, value=row["value"])


@router.post("/{name}/raise")
@requires_idempotency_key
async def raise_it(name: str, body: Raise, uow: Uow, caller: Citizen) -> Counter:
    counter = await raise_counter(uow, name, body.by)
    if counter.value < 0:
        raise Conflict("计数不能为负。", "A counter cannot be negative.")
    return counter


@router.post("/{name}/secret")
@answer_not_stored
async def secret(name: str, uow: Uow) -> Counter:
    return await raise_counter(uow, name, 1)


@router.post("/{name}/later")
async def later(name: str, uow: Uow) -> dict[str, str]:
    uow.enqueue("sample.raise", name, {"by": 5})
    return {"status": "scheduled"}


@router.get("/{name}")
async def read(name: str, uow: Uow) -> Counter:
    value = await uow.fetchval("SELECT value FROM counter WHERE name = $1", name)
    return Counter(name=name, value=value or 0)


async def run_raise(job: Job, begin: Begin) -> None:
    async with begin() as uow:
        await raise_counter(uow, job.key, job.payload["by"])
        await job.done(uow)


async def add_up(event: Received[CounterRaised], uow: UnitOfWork) -> None:
    """Counts what it heard, so that a loss or a double shows."""
    if event.data.value == 13:
        raise ValueError("thirteen is poison")
    await uow.execute(
        "INSERT INTO counter VALUES ('heard:' || $1, 1, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counter.value + 1, version = counter.version + 1",
        event.data.name,
    )


def build(settings: ServiceSettings, handler: Callable[..., object] = add_up) -> Service:
    service = Service("sample-svc", settings, metadata=metadata, migrations=MIGRATIONS)
    service.include(router, witness_router())
    service.consume({CounterRaised: handler})
    service.job("sample.raise", run_raise)
    service.state.days = TallyDays(service, SampleDayTallied, [SOLD], readers=("reader-svc",))
    return service
