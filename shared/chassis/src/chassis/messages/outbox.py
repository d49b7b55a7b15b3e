"""The outbox as the relay reads and marks it. Raw asyncpg on the leader's own connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

# The one commit that does not wait for the disk: a crash that loses it has the rows sent again, and inboxes know them.
_LOOK = """WITH marked AS (UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($2::bigint[])),
 point AS (INSERT INTO relay_checkpoint (topic, partition, record_offset, event_id)
 SELECT * FROM unnest($3::text[], $4::int[], $5::bigint[], $6::uuid[])
 ON CONFLICT (topic, partition) DO UPDATE SET record_offset = excluded.record_offset, event_id = excluded.event_id
 RETURNING set_config('synchronous_commit', 'off', true))
 SELECT id, event_id, topic, key, type, occurred_at, traceparent, correlation_id, causation_id, payload
 FROM outbox WHERE sent_at IS NULL AND id <> ALL($2::bigint[]) ORDER BY id LIMIT $1"""
_UNSEND = """WITH forgotten AS (DELETE FROM relay_checkpoint WHERE topic = $1),
 again AS (UPDATE outbox SET sent_at = NULL WHERE topic = $1 AND sent_at IS NOT NULL)
 INSERT INTO relay_epoch (topic, epoch) VALUES ($1, 2) ON CONFLICT (topic) DO UPDATE SET epoch = relay_epoch.epoch + 1
 RETURNING epoch"""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first record of the last batch sent to one partition; a batch stands or falls whole."""

    topic: str
    partition: int
    offset: int
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Sent:
    """Outbox rows that the broker has, by id, and where its partitions stand since."""

    ids: Sequence[int] = ()
    checkpoints: Sequence[Checkpoint] = ()


class Outbox:
    """Reads and marks on ONE connection, the one that holds the lead: who lost it can mark nothing any more."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def look(self, limit: int, sent: Sent) -> list[asyncpg.Record]:
        """Marks what was `sent`; returns up to `limit` rows that are not yet, oldest id first. One round trip.

        Never "greater than the last id sent": ids are given before the commit, so a lower one can appear later.
        """
        points = sent.checkpoints
        return await self._connection.fetch(
            _LOOK,
            limit,
            sent.ids,
            [point.topic for point in points],
            [point.partition for point in points],
            [point.offset for point in points],
            [point.event_id for point in points],
        )

    async def checkpoints(self) -> list[Checkpoint]:
        rows = await self._connection.fetch(
            "SELECT topic, partition, record_offset, event_id FROM relay_checkpoint"
        )
        return [Checkpoint(*row) for row in rows]

    async def epochs(self) -> dict[str, int]:
        return dict(await self._connection.fetch("SELECT topic, epoch FROM relay_epoch"))

    async def send_all_again(self, topic: str) -> int:
        """Marks every kept row of `topic` unsent; returns the topic's new epoch."""
        return await self._connection.fetchval(_UNSEND, topic, timeout=600)
