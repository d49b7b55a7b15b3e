"""Talking to the broker: topics, and reading back single records."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError
from aiokafka.structs import ConsumerRecord

from .envelope import BadEnvelope, read_headers

log = structlog.get_logger(__name__)


async def ensure_topics(
    bootstrap: str, topics: Collection[str], *, partitions: int, replication: int
) -> dict[str, int]:
    """Creates the topics that are missing, leaves existing ones as they are; returns how many partitions each has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=10_000)
    await admin.start()
    try:
        missing = set(topics) - set(await admin.list_topics())
        if missing:
            await _create(admin, sorted(missing), partitions, replication)
        described = await admin.describe_topics(list(topics))
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, names: list[str], partitions: int, replication: int) -> None:
    new = [NewTopic(name, num_partitions=partitions, replication_factor=replication) for name in names]
    try:
        await admin.create_topics(new)
    except TopicAlreadyExistsError:
        log.info("topics_created_by_another", topics=names)


class Readback(Enum):
    """What stands at a place in the log, compared with what was once there."""

    SAME = "same"
    EXPIRED = "expired"
    """Retention removed it; the log goes on beyond it."""
    LOST = "lost"
    """Another record, or nothing: the broker was wiped, or the topic was made again."""


class RecordReader:
    """Reads single records by their place, outside any consumer group."""

    def __init__(self, bootstrap: str, partitions: Mapping[str, int]) -> None:
        self._partitions = partitions
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=100,
            request_timeout_ms=10_000,
        )

    async def __aenter__(self) -> "RecordReader":
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def compare(self, topic: str, partition: int, offset: int, event_id: UUID) -> Readback:
        """Whether the record at `offset` still is the one with `event_id`."""
        place = TopicPartition(topic, partition)
        if partition >= self._partitions.get(topic, 0):
            return Readback.LOST  # the topic was made again, with fewer partitions
        self._consumer.assign([place])
        end = (await self._consumer.end_offsets([place]))[place]
        begin = (await self._consumer.beginning_offsets([place]))[place]
        if offset < begin:
            return Readback.EXPIRED
        if end == 0:
            return Readback.LOST
        # Tansu tells as the end the first offset of the last batch plus one, so the record may stand behind it:
        # read from there; a batch arrives whole.
        self._consumer.seek(place, min(offset, end - 1))
        for record in await self._some(place):
            if record.offset == offset:
                return Readback.SAME if _event_id(record) == event_id else Readback.LOST
        return Readback.LOST

    async def ends(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The offset that the next record of each (topic, partition) will get."""
        found = await self._consumer.end_offsets([TopicPartition(*place) for place in places])
        return {(place.topic, place.partition): end for place, end in found.items()}

    async def _some(self, place: TopicPartition) -> list[ConsumerRecord]:
        """The records at our position; none where the broker answers that there are some and gives none.

        Tansu does that after it took a record for a topic it did not know. Raises where it does not answer.
        """
        for _ in range(20):
            records = (await self._consumer.getmany(place, timeout_ms=500)).get(place)
            if records:
                return records
        async with asyncio.timeout(10):
            await self._consumer.end_offsets([place])
        log.warning("broker_gives_nothing", topic=place.topic, partition=place.partition)
        return []


def _event_id(record: ConsumerRecord) -> UUID | None:
    try:
        return read_headers(record.headers).id
    except BadEnvelope:
        return None
