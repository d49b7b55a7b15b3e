"""Reading the topic of revocations: every partition, without a group, from an hour ago."""

import asyncio
import contextlib
import time
from collections.abc import Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from chassis.messages.envelope import BadEnvelope, read_headers
from contracts.identity import AccessRevoked
from pydantic import ValidationError

from .channel import LookFailed
from .view import LOOK_BACK, RevocationView

log = structlog.get_logger(__name__)

_FETCH_SECONDS = 1.0
_REQUEST_MS = 3_000
_STOP_SECONDS = 3.0
_DEAF_SECONDS = 4.0


class FromKafka:
    """Records come when they come; a look asks where the partitions end, and is complete when all of it was read.

    A log proves by its records how long it has been there. The embedded broker forgets everything when it restarts,
    and a log that is made again tells by new time stamps, so that it is not taken for the one before. Whatever
    is odd ends the client, and a new one reads the last hour again.
    """

    name = "kafka"
    pause = 0.02
    failures = (KafkaError, OSError, TimeoutError)

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._consumer: AIOKafkaConsumer | None = None
        self._places: list[TopicPartition] = []
        self._ends: Mapping[TopicPartition, int] = {}
        self._since = 0.0
        self._epoch = 0
        self._caught_up_at = 0.0
        self._looked_at = 0.0

    async def look(self, view: RevocationView) -> None:
        try:
            consumer = self._consumer or await self._open()
            polled = await consumer.getmany(timeout_ms=int(_FETCH_SECONDS * 1000))
            view.learn([one for records in polled.values() for one in map(self._read, records) if one])
            if time.monotonic() - self._looked_at >= _FETCH_SECONDS:
                await self._compare_with_ends(consumer, view)
        except BaseException:
            await self.close()
            raise

    async def _open(self) -> AIOKafkaConsumer:
        """A client put to where the last hour begins."""
        began = time.time()
        consumer = self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=500,
            request_timeout_ms=_REQUEST_MS,
            metadata_max_age_ms=30_000,
        )
        await consumer.start()
        self._places = await self._there(consumer)
        if not self._places:
            raise LookFailed(f"there is no topic {AccessRevoked.TOPIC} yet")
        consumer.assign(self._places)
        begins = await consumer.beginning_offsets(self._places)
        hour_ago = began - LOOK_BACK
        found = await consumer.offsets_for_times({place: int(hour_ago * 1000) for place in self._places})
        ends = await consumer.end_offsets(self._places)
        starts = {place: found[place].offset if found[place] else ends[place] for place in self._places}
        for place, start in starts.items():
            consumer.seek(place, start)
        goes_back = any(begins[place] > 0 or starts[place] > begins[place] for place in self._places)
        self._since = hour_ago if goes_back else began
        self._ends, self._epoch = {}, 0
        self._caught_up_at = time.monotonic()
        return consumer

    async def _there(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        # Asking for a topic that is not there would make some brokers create it.
        everything = await consumer._client.fetch_all_metadata()
        numbers = everything.partitions_for_topic(AccessRevoked.TOPIC) or ()
        return [TopicPartition(AccessRevoked.TOPIC, number) for number in sorted(numbers)]

    def _read(self, record: ConsumerRecord) -> tuple[str, float] | None:
        self._since = min(self._since, record.timestamp / 1000)
        try:
            envelope = read_headers(record.headers)
            if envelope.epoch > self._epoch:
                self._require_same_log(envelope.epoch)
            if envelope.type != AccessRevoked.TYPE:
                return None
            event = AccessRevoked.model_validate_json(record.value or b"")
        except (BadEnvelope, ValidationError) as error:
            log.error("foreign_record", topic=record.topic, offset=record.offset, cause=type(error).__name__)
            return None
        return str(event.revoked_id), event.forget_at.timestamp()

    def _require_same_log(self, epoch: int) -> None:
        """A higher epoch in the middle: the log was made again, and what stands before here was not read."""
        if self._ends and self._epoch:
            raise LookFailed("the log was made again")
        self._epoch = epoch

    async def _compare_with_ends(self, consumer: AIOKafkaConsumer, view: RevocationView) -> None:
        began = time.monotonic()
        partitions = consumer.partitions_for_topic(AccessRevoked.TOPIC) or set()
        if partitions != {place.partition for place in self._places}:
            raise LookFailed("the topic has other partitions now")
        ends = await consumer.end_offsets(self._places)
        if any(ends[place] < end for place, end in self._ends.items()):
            raise LookFailed("the log ends before where it ended")
        for place in self._places:
            # Tansu tells the first offset of the last batch plus one: our position may lie behind it.
            if await consumer.position(place) < ends[place]:
                if began - self._caught_up_at > _DEAF_SECONDS:
                    raise LookFailed("records wait, and the client does not bring them")
                return
        self._ends, self._caught_up_at, self._looked_at = ends, began, began
        view.covered(self._since, began)

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(*self.failures):
                async with asyncio.timeout(_STOP_SECONDS):
                    await consumer.stop()
