"""The relay: one per service database leads, and sends what the outbox holds."""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Sequence

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from ..db.pool import dedicated_connection
from ..telemetry.metrics import RELAY_LEADS, RELAY_SENT
from .broker import Readback, RecordReader, ensure_topics
from .envelope import Headers, headers_for
from .lifeline import Lifeline
from .outbox import Checkpoint, Outbox, Sent

log = structlog.get_logger(__name__)

WAKE_CHANNEL = "outbox_filled"
_LEAD_LOCK = 0x72656C6179  # "relay"
_BATCH = 500
_MARK_SECONDS = 1.0
_CHECK_SECONDS = 5.0
_FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError, TimeoutError)


class Relay:
    """Sends unsent outbox rows in id order, in batches per partition, and marks them.

    The lead is a session advisory lock on a dedicated connection; all marking goes over that same
    connection, so a leader that lost it cannot mark anything. A crash between sending and marking
    sends again, and the consumers' inbox recognises it.
    """

    def __init__(
        self,
        *,
        database_url: str,
        bootstrap: str,
        source: str,
        topics: Sequence[str],
        partitions: int,
        replication: int,
        spacing_ms: int = 15,
        poll_seconds: float = 1.0,
    ) -> None:
        self._database_url = database_url
        self._bootstrap = bootstrap
        self._source = source
        self._topics = tuple(topics)
        self._partitions = partitions
        self._replication = replication
        self._spacing = spacing_ms / 1000
        self._poll = poll_seconds
        self._wake = asyncio.Event()
        self._looked_at = float("-inf")
        self._epochs: dict[str, int] = {}
        self._sent = Sent()
        self._ends: dict[tuple[str, int], int] = {}
        self._last_batches: dict[tuple[str, int], int] = {}
        self.leads = False

    def wake(self) -> None:
        """There is something to send; called after a commit."""
        self._wake.set()

    async def run(self) -> None:
        """Leads whenever it can, until cancelled."""
        while True:
            try:
                await self._try_to_lead()
            except _FAILURES as error:
                log.warning("relay_interrupted", cause=repr(error))
            finally:
                self.leads = False
                RELAY_LEADS.set(0)
            await asyncio.sleep(self._poll)

    async def _try_to_lead(self) -> None:
        connection = await dedicated_connection(self._database_url, f"{self._source} relay")
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEAD_LOCK):
                await asyncio.sleep(self._poll)
            await self._lead(connection)
        finally:
            with contextlib.suppress(*_FAILURES):
                await connection.close(timeout=2)

    async def _lead(self, connection: asyncpg.Connection) -> None:
        outbox = Outbox(connection)
        self._sent = Sent()  # of an earlier lead: not ours to mark any more
        await connection.add_listener(WAKE_CHANNEL, lambda *_: self._wake.set())
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            acks="all",
            linger_ms=0,
            request_timeout_ms=10_000,
            connections_max_idle_ms=None,
            max_request_size=4_194_304,
        )
        await producer.start()
        try:
            lifeline = Lifeline(producer)
            await lifeline.open()
            found = await ensure_topics(
                self._bootstrap, self._topics, partitions=self._partitions, replication=self._replication
            )
            async with RecordReader(self._bootstrap, found) as reader:
                await self._check_broker(outbox, reader)
                await self._relay(connection, outbox, producer, lifeline, reader)
        finally:
            self.leads = False
            await producer.stop()
            with contextlib.suppress(*_FAILURES):
                async with asyncio.timeout(_MARK_SECONDS):
                    await outbox.look(0, self._sent)

    async def _relay(
        self,
        connection: asyncpg.Connection,
        outbox: Outbox,
        producer: AIOKafkaProducer,
        lifeline: Lifeline,
        reader: RecordReader,
    ) -> None:
        self.leads = True
        RELAY_LEADS.set(1)
        log.info("relay_leads", topics=self._topics)
        checked = time.monotonic()
        while True:
            await self._drain(outbox, producer)
            await self._wait(connection)
            lifeline.require_whole()
            if time.monotonic() - checked > _CHECK_SECONDS:
                await self._check_ends(reader)
                checked = time.monotonic()

    async def _wait(self, connection: asyncpg.Connection) -> None:
        """Until there is something to send, or it is time to look anyway.

        What comes after a quiet moment goes out at once; in a busy one, the commits of `spacing` make one batch.
        """
        patience = self._spacing if self._sent.ids else self._poll
        looking_anyway = asyncio.get_running_loop().call_later(patience, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            looking_anyway.cancel()
        await asyncio.sleep(self._looked_at + self._spacing - time.monotonic())
        if connection.is_closed():
            raise ConnectionError("the lead's connection is lost, and the lead with it")

    async def _drain(self, outbox: Outbox, producer: AIOKafkaProducer) -> None:
        """Sends what there is. What went last is marked with the next look, and sent again where none comes."""
        while True:
            self._wake.clear()
            self._looked_at = time.monotonic()
            rows = await outbox.look(_BATCH, self._sent)
            self._sent = Sent()
            if not rows:
                return
            checkpoints = await self._send(producer, rows)
            self._last_batches.update({(point.topic, point.partition): point.offset for point in checkpoints})
            self._sent = Sent([row["id"] for row in rows], checkpoints)
            RELAY_SENT.inc(len(rows))
            if len(rows) < _BATCH:
                return  # a row committed since then has woken us again

    async def _send(self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]) -> list[Checkpoint]:
        by_place: dict[tuple[str, int], list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            by_place[row["topic"], await self._partition(producer, row)].append(row)
        # Partitions go out side by side; one partition's batches follow one another.
        return await asyncio.gather(
            *(self._send_to(producer, topic, number, mine) for (topic, number), mine in by_place.items())
        )

    async def _partition(self, producer: AIOKafkaProducer, row: asyncpg.Record) -> int:
        count = len(await producer.partitions_for(row["topic"]))
        return (murmur2(row["key"].encode()) & 0x7FFFFFFF) % count

    async def _send_to(
        self, producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[asyncpg.Record]
    ) -> Checkpoint:
        batch: list[asyncpg.Record] = []
        builder = producer.create_batch()
        for row in rows:
            if not self._append(builder, row):
                await self._place(producer, builder, topic, partition, len(batch))
                builder, batch = producer.create_batch(), []
                if not self._append(builder, row):
                    raise ValueError(f"event {row['event_id']} is larger than a batch may be")
            batch.append(row)
        first = await self._place(producer, builder, topic, partition, len(batch))
        return Checkpoint(topic, partition, first, batch[0]["event_id"])

    async def _place(
        self, producer: AIOKafkaProducer, batch: object, topic: str, partition: int, count: int
    ) -> int:
        """Sends one batch of `count` records and returns the offset of its first.

        We are the topic's only producer, so an offset below the end we knew means a log that began anew.
        """
        placed = await (await producer.send_batch(batch, topic, partition=partition))
        end = self._ends.get((topic, partition), 0)
        if placed.offset < end:
            raise KafkaError(f"{topic}/{partition} began anew at {placed.offset}, we had written up to {end}")
        self._ends[topic, partition] = placed.offset + count
        return int(placed.offset)

    def _append(self, batch: object, row: asyncpg.Record) -> bool:
        appended = batch.append(  # type: ignore[attr-defined]
            key=row["key"].encode(), value=row["payload"], timestamp=None, headers=self._headers(row)
        )
        return appended is not None

    def _headers(self, row: asyncpg.Record) -> Headers:
        return headers_for(
            event_id=row["event_id"],
            type=row["type"],
            source=self._source,
            subject=row["key"],
            time=row["occurred_at"],
            epoch=self._epochs.get(row["topic"], 1),
            traceparent=row["traceparent"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
        )

    async def _check_ends(self, reader: RecordReader) -> None:
        """A topic deleted under us shows by its ends alone: one request."""
        ends = await reader.ends(self._last_batches)
        for place, first in self._last_batches.items():
            if ends.get(place, 0) <= first:
                raise KafkaError(f"{place} ends at {ends.get(place)}, our last batch began at {first}")

    async def _check_broker(self, outbox: Outbox, reader: RecordReader) -> None:
        """Compares the last record of each partition with ours; where it is gone, everything kept goes out again."""
        self._epochs = await outbox.epochs()
        self._ends, self._last_batches, lost = {}, {}, set()
        for point in await outbox.checkpoints():
            found = await reader.compare(point.topic, point.partition, point.offset, point.event_id)
            if found is Readback.LOST:
                lost.add(point.topic)
            else:
                self._last_batches[point.topic, point.partition] = point.offset
                self._ends[point.topic, point.partition] = point.offset + 1
        for places in (self._ends, self._last_batches):
            for place in [place for place in places if place[0] in lost]:
                del places[place]
        for topic in sorted(lost):
            self._epochs[topic] = await outbox.send_all_again(topic)
            log.warning(
                "broker_lost_topic",
                topic=topic,
                epoch=self._epochs[topic],
                action="sending all kept events again",
            )
