"""The inbox: which events were taken, where each partition stands, and what waits behind a parked one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from ..db.statement import Statement
from ..db.uow import UnitOfWork
from .envelope import Envelope

_TAKE_NEW = Statement(
    """INSERT INTO inbox (consumer, event_id, type, occurred_at)
 SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::timestamptz[])
 WHERE NOT EXISTS (SELECT FROM parked_message
 WHERE consumer = $1 AND (topic, key) IN (SELECT * FROM unnest($10::text[], $11::text[])))
 ON CONFLICT DO NOTHING""",
    position="""INSERT INTO consumer_position (consumer, topic, partition, record_offset, event_id, epoch)
 SELECT $1, * FROM unnest($5::text[], $6::int[], $7::bigint[], $8::uuid[], $9::int[])
 ON CONFLICT (consumer, topic, partition) DO UPDATE SET record_offset = excluded.record_offset,
 event_id = excluded.event_id, epoch = excluded.epoch""",
)
# Positions, inbox rows and the look at parked keys are one round trip.
_TAKE = """WITH position AS (
 INSERT INTO consumer_position (consumer, topic, partition, record_offset, event_id, epoch)
 SELECT $1, * FROM unnest($5::text[], $6::int[], $7::bigint[], $8::uuid[], $9::int[])
 ON CONFLICT (consumer, topic, partition) DO UPDATE SET record_offset = excluded.record_offset,
 event_id = excluded.event_id, epoch = excluded.epoch),
taken AS (
 INSERT INTO inbox (consumer, event_id, type, occurred_at)
 SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::timestamptz[])
 ON CONFLICT DO NOTHING RETURNING event_id)
SELECT event_id, NULL AS parked_topic, NULL AS parked_key FROM taken
UNION ALL
SELECT DISTINCT NULL::uuid, topic, key FROM parked_message
 WHERE consumer = $1 AND (topic, key) IN (SELECT * FROM unnest($10::text[], $11::text[]))
UNION ALL
SELECT NULL, NULL, NULL WHERE EXISTS (SELECT FROM parked_message WHERE consumer = $1)"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One record of a type we handle, with its envelope read."""

    record: ConsumerRecord
    envelope: Envelope
    key: str

    @property
    def place(self) -> tuple[str, str]:
        return self.record.topic, self.key


@dataclass(frozen=True, slots=True)
class Position:
    """The last record taken from one partition."""

    topic: str
    partition: int
    offset: int
    event_id: UUID
    epoch: int


@dataclass(frozen=True, slots=True)
class Taken:
    """`parked`: which of the keys have something parked; `anything_parked`: whether any key at all has."""

    new: set[UUID]
    parked: set[tuple[str, str]]
    anything_parked: bool


class NotAllNew(Exception):
    """One of the events was taken before, or an earlier one of its key is parked."""


def take_as_new(
    uow: UnitOfWork, consumer: str, arrivals: Sequence[Arrival], positions: Sequence[Position]
) -> None:
    """Writes the inbox rows with the commit, which fails with NotAllNew where that does not hold for all of them."""
    values = _values(consumer, arrivals, positions)
    uow.write(_TAKE_NEW, *values, rows=len(arrivals), otherwise=NotAllNew)


async def take(
    uow: UnitOfWork, consumer: str, arrivals: Sequence[Arrival], positions: Sequence[Position]
) -> Taken:
    """Writes the inbox rows of `arrivals`; says which are new and which keys have something parked."""
    rows = await uow.fetch(_TAKE, *_values(consumer, arrivals, positions))
    new = {row["event_id"] for row in rows if row["event_id"]}
    parked = {(row["parked_topic"], row["parked_key"]) for row in rows if row["parked_topic"]}
    return Taken(new, parked, any(not row["event_id"] and not row["parked_topic"] for row in rows))


def _values(consumer: str, arrivals: Sequence[Arrival], positions: Sequence[Position]) -> list[Any]:
    return [
        consumer,
        [arrival.envelope.id for arrival in arrivals],
        [arrival.envelope.type for arrival in arrivals],
        [arrival.envelope.time for arrival in arrivals],
        [position.topic for position in positions],
        [position.partition for position in positions],
        [position.offset for position in positions],
        [position.event_id for position in positions],
        [position.epoch for position in positions],
        [arrival.record.topic for arrival in arrivals],
        [arrival.key for arrival in arrivals],
    ]


async def positions_of(uow: UnitOfWork, consumer: str) -> dict[tuple[str, int], Position]:
    rows = await uow.fetch(
        "SELECT topic, partition, record_offset, event_id, epoch FROM consumer_position WHERE consumer = $1",
        consumer,
    )
    return {(row["topic"], row["partition"]): Position(*row) for row in rows}
