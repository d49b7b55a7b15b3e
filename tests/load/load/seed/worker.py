"""One of the processes that make and copy lives, chunk by chunk."""

import asyncio
import gc
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from case_svc.documents.signing import DocumentSigner
from chassis.sealing import Sealer

from .batch import Batch
from .case_rows import CASE_COLUMNS, CaseRows
from .chance import Chance
from .courier_rows import COURIER_COLUMNS, CourierRows
from .evaluation_rows import EVALUATION_COLUMNS, EvaluationRows, Tally
from .life import LifeTeller
from .message_rows import MESSAGE_COLUMNS, MessageRows
from .payment_rows import PAYMENT_COLUMNS, PaymentRows
from .world import World, make_world

SPAN = timedelta(days=395)
COLUMNS = {
    "case-svc": {**CASE_COLUMNS, **MESSAGE_COLUMNS},
    "payment-svc": {**PAYMENT_COLUMNS, **MESSAGE_COLUMNS},
    "courier-svc": {**COURIER_COLUMNS, **MESSAGE_COLUMNS},
    "evaluation-svc": {**EVALUATION_COLUMNS, **MESSAGE_COLUMNS},
}
_OWN_EACH = 5
"""Cases of each applicant the benchmark can log in as."""


@dataclass(frozen=True)
class Context:
    """What a worker needs to know. `first`: the running number of the first case."""

    total: int
    first: int
    now: datetime
    world: dict[str, list[tuple[Any, ...]]]
    urls: dict[str, str]
    keys: dict[str, tuple[str, str]]
    document_key: str
    applicants: tuple[UUID, ...]


class _Worker:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.world: World = make_world(context.world)
        self.sealers = {name: Sealer(*keys) for name, keys in context.keys.items()}
        self.signer = DocumentSigner(context.document_key.encode())
        self.runner = asyncio.Runner()
        self.connections: dict[str, asyncpg.Connection] = {}

    async def connection(self, service: str) -> asyncpg.Connection:
        if service not in self.connections:
            settings = {"synchronous_commit": "off", "timezone": "UTC"}
            self.connections[service] = await asyncpg.connect(
                self.context.urls[service], server_settings=settings
            )
        return self.connections[service]


_worker: _Worker | None = None


def prepare(context: Context) -> None:
    """Runs once in each process."""
    global _worker
    _worker = _Worker(context)
    gc.disable()  # a chunk's rows are no garbage, however often one looks


def fill(begin: int, end: int) -> tuple[int, int, Tally]:
    """Makes and copies the cases `begin` ≤ number < `end` of the total: (cases, rows, what reviews count)."""
    assert _worker is not None
    batch, tally = _lives(_worker, begin, end)
    rows = _worker.runner.run(_copy(_worker, batch))
    del batch
    gc.collect()
    return end - begin, rows, tally


def _lives(worker: _Worker, begin: int, end: int) -> tuple[Batch, Tally]:
    context, chance = worker.context, Chance(begin)
    batch = Batch(COLUMNS)
    teller = LifeTeller(worker.world, chance, context.now - timedelta(minutes=1))
    cases = CaseRows(batch, chance, worker.sealers["case-svc"], worker.signer)
    payments = PaymentRows(batch, chance, worker.sealers["payment-svc"], teller)
    courier = CourierRows(batch, chance, worker.sealers["courier-svc"], teller, context.now)
    reviews = EvaluationRows(batch, chance, worker.sealers["evaluation-svc"], teller)
    messages = MessageRows(batch, context.now)
    step = SPAN / context.total
    for place in range(begin, end):
        number = context.first + place
        started = context.now - SPAN + step * (place + chance.random())
        life = teller.tell(number, min(started, context.now - timedelta(days=1)), _owner(context, place))
        payments.add(life, number)
        courier.add(life)
        reviews.add(life)
        cases.add(life, number)
        messages.add(life)
    return batch, reviews.tally


def _owner(context: Context, place: int) -> UUID | None:
    """Every so many cases belong to somebody the benchmark can log in as; the others to strangers."""
    own = len(context.applicants) * _OWN_EACH
    every = max(1, context.total // own) if own else 0
    if not own or place % every or place // every >= own:
        return None
    return context.applicants[place // every % len(context.applicants)]


async def _copy(worker: _Worker, batch: Batch) -> int:
    async def into(service: str) -> int:
        return await batch.copy(service, await worker.connection(service))

    return sum(await asyncio.gather(*(into(service) for service in COLUMNS)))
