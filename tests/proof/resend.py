"""How far a resend is: what the outboxes keep, what the new log holds, how far each service has read it."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from chassis.messages.envelope import read_headers
from city import City
from contracts.topics import PRODUCERS
from embedded.services import SERVICES

_PASSING = {
    "outbox", "inbox", "consumer_position", "relay_checkpoint", "relay_epoch", "job", "idempotency_key",
    # People and their sessions go on while nothing else does.
    "session", "throttle", "sms_code", "signing_key", "access_log",
    # And so does the sealing of what was done before.
    "audit_pending", "audit_seal", "audit_witness",
    # Marks become counts now and then; what both hold together is looked at.
    "tally_mark", "review_tally",
}  # fmt: skip
_COUNTED = """SELECT (SELECT count(*) FROM tally_mark) + (SELECT coalesce(sum(very_satisfied + satisfied
 + fairly_satisfied + dissatisfied + very_dissatisfied), 0)::bigint FROM review_tally
 WHERE dimension = 'item') AS votes"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"

Contents = dict[str, tuple[int, int]]
"""By `service.table`: how many rows, and a sum of hashes over all of them."""


async def contents(city: City) -> Contents:
    found: Contents = {}
    for service in SERVICES:
        for (table,) in await city.sql(service, _TABLES):
            if table not in _PASSING:
                (row,) = await city.sql(
                    service,
                    "SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0) AS hash"
                    f" FROM {table} t",
                )
                found[f"{service}.{table}"] = (row["rows"], int(row["hash"]))
        if service == "evaluation-svc":
            found["evaluation-svc: votes counted"] = ((await city.sql(service, _COUNTED))[0]["votes"], 0)
        (taken,) = await city.sql(service, "SELECT count(*) AS events FROM inbox")
        found[f"{service}.inbox"] = (taken["events"], 0)
    return found


def changes(before: Contents, after: Contents) -> Iterator[str]:
    for table in sorted(before.keys() | after.keys()):
        if before.get(table) != after.get(table):
            yield f"{table} had (rows, hash) {before.get(table)} and has {after.get(table)}"


@dataclass(frozen=True)
class Record:
    topic: str
    partition: int
    offset: int
    event_id: UUID
    type: str


class NewLog:
    """Everything the broker holds since it was started empty, read along by a stranger to all groups."""

    def __init__(self, bootstrap: str) -> None:
        self.records: list[Record] = []
        self._next: dict[TopicPartition, int] = {}
        self._admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")

    async def __aenter__(self) -> "NewLog":
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def read_on(self) -> None:
        """Takes what is there, or comes within a second; topics appear as their relays make them."""
        await self._follow_new_topics()
        if not self._consumer.assignment():  # aiokafka would wait for one, whatever the timeout
            await asyncio.sleep(0.2)
            return
        for place, found in (await self._consumer.getmany(timeout_ms=1_000, max_records=5_000)).items():
            self._next[place] = found[-1].offset + 1
            for record in found:
                envelope = read_headers(record.headers)
                self.records.append(
                    Record(place.topic, place.partition, record.offset, envelope.id, envelope.type)
                )

    async def _follow_new_topics(self) -> None:
        there = sorted(PRODUCERS.keys() & set(await self._admin.list_topics()))
        places = {
            TopicPartition(topic["topic"], partition["partition"])
            for topic in (await self._admin.describe_topics(there) if there else ())
            for partition in topic["partitions"]
        }
        if places - self._consumer.assignment():
            self._consumer.assign(sorted(places))
            for place in places:
                self._consumer.seek(place, self._next.get(place, 0))

    def event_ids(self) -> set[UUID]:
        return {record.event_id for record in self.records}


async def ask_for_topics(bootstrap: str) -> None:
    """As a client does that knew them from before."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.describe_topics(sorted(PRODUCERS))
    finally:
        await admin.close()


async def kept(city: City) -> set[UUID]:
    """Every event in any outbox."""
    return {
        row["event_id"]
        for service in SERVICES
        for row in await city.sql(service, "SELECT event_id FROM outbox")
    }


async def unread(city: City, log: NewLog) -> list[str]:
    """Which services are not yet behind the last record that concerns them, in each partition of the new log.

    A place kept from the old log counts where the new one has the same event there: then nothing came since,
    and whatever comes next is of a new epoch and has all of it read again.
    """
    found = []
    there = {(record.topic, record.partition, record.offset): record.event_id for record in log.records}
    for service in SERVICES:
        types = {row["type"] for row in await city.sql(service, "SELECT DISTINCT type FROM inbox")}
        due: dict[tuple[str, int], int] = defaultdict(lambda: -1)
        for record in log.records:
            if record.type in types:
                due[record.topic, record.partition] = max(due[record.topic, record.partition], record.offset)
        read = {
            (row["topic"], row["partition"]): row["record_offset"]
            for row in await city.sql(service, "SELECT * FROM consumer_position")
            if there.get((row["topic"], row["partition"], row["record_offset"])) == row["event_id"]
        }
        behind = sorted(place for place, offset in due.items() if read.get(place, -1) < offset)
        found += [f"{service} is at {read.get(place)} of {due[place]} in {place}" for place in behind]
    return found


async def losses_noticed(city: City) -> dict[str, int]:
    """By topic, how often its relay found the log gone."""
    noticed: dict[str, int] = defaultdict(int)
    for service in SERVICES:
        for row in await city.sql(service, "SELECT topic, epoch FROM relay_epoch"):
            noticed[row["topic"]] = row["epoch"] - 1
    return noticed
