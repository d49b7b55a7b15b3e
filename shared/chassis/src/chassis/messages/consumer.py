"""The consumer of a service: one for all its topics, positions kept in its own database."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from ..jobs.begin import Begin
from . import inbox
from .applier import Applier
from .broker import Readback, RecordReader, ensure_topics
from .envelope import BadEnvelope, read_headers
from .inbox import Arrival, Position
from .spacing import space_fetches

log = structlog.get_logger(__name__)

_BATCH = 500
_VERIFY_SECONDS = 30.0
_DEAF_SECONDS = 4.0
_DEAF_TIMES = 3
_TELL_SECONDS = 10.0
_TELL_PATIENCE = 1.0
_STOP_SECONDS = 5.0
_FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, TimeoutError)


class Consumer:
    """Reads records, applies those of a handled type, and never loses its place.

    The place of each partition commits with the effects, so Kafka's own offsets are only for
    those who watch the lag. On assignment, and now and then, the record at the place is compared with
    the one taken there; where the log is another one, reading starts from the earliest.
    """

    def __init__(
        self,
        *,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        applier: Applier,
        begin: Begin,
        partitions: int,
        replication: int,
        fetch_max_wait_ms: int,
        fetch_spacing_ms: int = 0,
    ) -> None:
        self._bootstrap = bootstrap
        self._group = group
        self._topics = list(topics)
        self._applier = applier
        self._begin = begin
        self._partitions = partitions
        self._replication = replication
        self._fetch_max_wait_ms = fetch_max_wait_ms
        self._fetch_spacing = fetch_spacing_ms / 1000
        self._positions: dict[tuple[str, int], Position] = {}
        self._placed: set[TopicPartition] = set()
        self._there: dict[str, int] = {}
        self._deaf = 0
        self.ready = False

    async def run(self) -> None:
        """Consumes whenever broker and database are there, until cancelled."""
        while True:
            try:
                await self._consume()
            except _FAILURES as error:
                log.warning("consumer_interrupted", group=self._group, cause=repr(error))
            finally:
                self.ready = False
            await asyncio.sleep(0.5)

    async def _consume(self) -> None:
        self.forget_places()
        found = self._there = await self._topics_there()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            # With it, `stop` tries a last commit, and never returns where the coordinator went away with its broker.
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=self._fetch_max_wait_ms,
            max_poll_interval_ms=300_000,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            metadata_max_age_ms=30_000,
        )
        space_fetches(consumer, self._fetch_spacing)
        async with RecordReader(self._bootstrap, found) as reader:
            consumer.subscribe(self._topics, listener=_OnAssigned(self))
            await consumer.start()
            try:
                await self._poll(consumer, reader, found)
            finally:
                with contextlib.suppress(*_FAILURES):
                    async with asyncio.timeout(_STOP_SECONDS):
                        await consumer.stop()

    async def _topics_there(self) -> dict[str, int]:
        """How many partitions each topic has; missing ones are made."""
        return await ensure_topics(
            self._bootstrap, self._topics, partitions=self._partitions, replication=self._replication
        )

    def forget_places(self) -> None:
        """When partitions become ours: nothing is taken from one until it was put to its place.

        New objects, so that a placing that is under way cannot speak for the partitions as they are now.
        """
        self._positions = {}
        self._placed = set()
        self._applier.ask_first()

    async def _place_new(self, consumer: AIOKafkaConsumer, reader: RecordReader) -> None:
        """Puts partitions that became ours to their places.

        Here and not in the client's listener, whose exceptions the client logs and forgets: a partition without its
        place would stay unread for ever.
        """
        new = consumer.assignment() - self._placed
        if new:
            await self._seek(consumer, reader, new)
            # A broker that came back empty may have made other topics.
            self._there = await self._topics_there()

    async def _poll(self, consumer: AIOKafkaConsumer, reader: RecordReader, joined: dict[str, int]) -> None:
        verified = heard = told = time.monotonic()
        while True:
            if self._there != joined:
                # Tansu hands a member that joins again the partitions it had before; a new one gets them all.
                raise KafkaError(f"partitions by topic are {self._there}, and were {joined} when we joined")
            await self._place_new(consumer, reader)
            polled = await consumer.getmany(timeout_ms=1_000, max_records=_BATCH)
            self.ready = bool(consumer.assignment())
            moment = time.monotonic()
            if polled:
                heard = moment
                await self._take(consumer, polled)
            elif moment - heard > _DEAF_SECONDS:
                heard = moment
                await self._require_nothing_missed(consumer, reader)
            if moment - told > _TELL_SECONDS:
                await self._tell_group(consumer)
                told = moment
            if not polled and moment - verified > _VERIFY_SECONDS:
                await self._seek(consumer, reader, consumer.assignment())
                verified = moment

    async def _tell_group(self, consumer: AIOKafkaConsumer) -> None:
        """How far we are, in Kafka's own book: nobody reads on from there, but lag is told by it."""
        with contextlib.suppress(*_FAILURES):
            async with asyncio.timeout(_TELL_PATIENCE):
                await consumer.commit()

    async def _require_nothing_missed(self, consumer: AIOKafkaConsumer, reader: RecordReader) -> None:
        """Raises where records wait that the client does not bring: it lost its coordinator or its connection.

        aiokafka may go on asking a broker that came back for a group it has forgotten; a new client does not.
        """
        if not consumer.assignment():
            self._deaf += 1
        else:
            assigned = consumer.assignment()
            ends = await reader.ends((place.topic, place.partition) for place in assigned)
            async with asyncio.timeout(_DEAF_SECONDS):
                behind = [
                    place
                    for place in assigned
                    if await consumer.position(place) < ends[place.topic, place.partition]
                ]
            self._deaf = self._deaf + 1 if behind else 0
        if self._deaf >= _DEAF_TIMES:
            self._deaf = 0
            raise KafkaError("records wait, or no partition is ours, and the client does not move")

    async def _take(
        self, consumer: AIOKafkaConsumer, polled: dict[TopicPartition, list[ConsumerRecord]]
    ) -> None:
        arrivals: list[Arrival] = []
        moved: dict[tuple[str, int], Position] = {}
        for place, records in polled.items():
            if place not in self._placed:
                # The client begins by itself where its group once was, maybe in the middle of another log: taking
                # that for our place would pass over what stands before it.
                continue
            for record in records:
                arrival, position = self._read(record)
                if position is None:
                    continue
                known = self._positions.get((place.topic, place.partition))
                if known is not None and position.epoch > known.epoch and record.offset > 0:
                    log.warning(
                        "log_regrown", topic=place.topic, partition=place.partition, epoch=position.epoch
                    )
                    self._positions[place.topic, place.partition] = replace(position, offset=-1)
                    moved.pop((place.topic, place.partition), None)
                    await consumer.seek_to_beginning(place)
                    break
                if known is not None and position.epoch < known.epoch:
                    # Sent before the loss was noticed; the epoch we know only ever rises.
                    position = replace(position, epoch=known.epoch)
                self._positions[place.topic, place.partition] = position
                moved[place.topic, place.partition] = position
                if arrival is not None:
                    arrivals.append(arrival)
        if arrivals:
            await self._applier.apply(arrivals, list(moved.values()))

    def _read(self, record: ConsumerRecord) -> tuple[Arrival | None, Position | None]:
        try:
            envelope = read_headers(record.headers)
        except BadEnvelope as error:
            # Nobody but our relay writes to our topics; what is not an event of ours has no key to park behind.
            log.error("foreign_record", topic=record.topic, offset=record.offset, cause=str(error))
            return None, None
        position = Position(record.topic, record.partition, record.offset, envelope.id, envelope.epoch)
        if not self._applier.handles(envelope.type):
            return None, position
        return Arrival(record, envelope, (record.key or b"").decode()), position

    async def _seek(
        self, consumer: AIOKafkaConsumer, reader: RecordReader, places: Iterable[TopicPartition]
    ) -> None:
        """Puts each partition behind the last record taken, or at the earliest where the log is another one."""
        positions, placed = self._positions, self._placed
        async with self._begin() as uow:
            stored = await inbox.positions_of(uow, self._group)
        for place in places:
            known = stored.get((place.topic, place.partition))
            ahead = positions.get((place.topic, place.partition))
            if ahead is not None and (
                known is None or (ahead.epoch, ahead.offset) > (known.epoch, known.offset)
            ):
                known = ahead  # records of types we do not handle move it in memory only
            if known is None:
                await consumer.seek_to_beginning(place)
            elif await self._is_another_log(reader, known):
                log.warning("log_is_another", topic=place.topic, partition=place.partition)
                positions.pop((place.topic, place.partition), None)
                await consumer.seek_to_beginning(place)
            else:
                positions[place.topic, place.partition] = known
                consumer.seek(place, known.offset + 1)
            placed.add(place)

    async def _is_another_log(self, reader: RecordReader, known: Position) -> bool:
        found = await reader.compare(known.topic, known.partition, known.offset, known.event_id)
        return found is Readback.LOST


class _OnAssigned(ConsumerRebalanceListener):
    def __init__(self, owner: Consumer) -> None:
        self._owner = owner

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        return None

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._owner.forget_places()
