"""Parked events: retried with back-off, later ones of the same key behind them, shown and replayed by people."""

from datetime import timedelta

import orjson
import structlog
from aiokafka.structs import ConsumerRecord

from ..clock import now
from ..db.uow import UnitOfWork
from .envelope import read_headers
from .inbox import Arrival

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 8
_INSERT = """INSERT INTO parked_message (consumer, event_id, topic, key, headers, payload, cause, attempts, retry_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
# An event behind none is due at once: what it waited for was settled, and whoever settled that did not come to it.
_FIRST_DUE = """SELECT DISTINCT topic, key FROM parked_message AS parked
 WHERE consumer = $1 AND (retry_at <= now() OR attempts = 0 AND NOT EXISTS (SELECT FROM parked_message AS earlier
  WHERE earlier.consumer = parked.consumer AND earlier.topic = parked.topic AND earlier.key = parked.key
  AND earlier.id < parked.id)) ORDER BY topic, key LIMIT 100"""
# Not ORDER BY and LIMIT: where the first is locked, SKIP LOCKED would hand out the second before it.
_FIRST_OF_KEY = """SELECT id, event_id, topic, key, headers, payload, attempts FROM parked_message
 WHERE id = (SELECT min(id) FROM parked_message WHERE consumer = $1 AND topic = $2 AND key = $3)
 FOR UPDATE SKIP LOCKED"""
BEHIND = "waits behind an earlier event of the same key"


def backoff(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … up to 5 minutes."""
    return timedelta(seconds=min(300, 2**attempts))


async def park(uow: UnitOfWork, consumer: str, arrival: Arrival, error: Exception) -> None:
    """Sets a failed event aside, to be tried again soon."""
    await _insert(uow, consumer, arrival, describe(error), 1, now() + backoff(0))


async def park_behind(uow: UnitOfWork, consumer: str, arrival: Arrival) -> None:
    """Sets an event aside because an earlier one of its key is parked; order within a key is kept."""
    await _insert(uow, consumer, arrival, BEHIND, 0, None)


async def _insert(
    uow: UnitOfWork, consumer: str, arrival: Arrival, cause: str, attempts: int, retry_at: object
) -> None:
    headers = {name: value.decode("utf-8", "replace") for name, value in arrival.record.headers}
    await uow.execute(
        _INSERT, consumer, arrival.envelope.id, arrival.record.topic, arrival.key, headers,
        arrival.record.value or b"", cause, attempts, retry_at,
    )  # fmt: skip


def describe(error: BaseException) -> str:
    """A cause short enough for a list; validation errors keep their places, not the values they met."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        places = [{"at": item["loc"], "error": item["type"]} for item in error.errors(include_input=False)]
        return f"{error.title} does not fit its model: {orjson.dumps(places, default=str).decode()}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


async def keys_due(uow: UnitOfWork, consumer: str) -> list[tuple[str, str]]:
    return [(row["topic"], row["key"]) for row in await uow.fetch(_FIRST_DUE, consumer)]


async def first_of_key(
    uow: UnitOfWork, consumer: str, topic: str, key: str
) -> tuple[int, int, Arrival] | None:
    """The oldest parked event of a key, locked: (row id, attempts, the event). None when another works on it."""
    row = await uow.fetchrow(_FIRST_OF_KEY, consumer, topic, key)
    if row is None:
        return None
    headers = [(name, value.encode()) for name, value in row["headers"].items()]
    record = ConsumerRecord(
        topic=row["topic"], partition=-1, offset=-1, timestamp=0, timestamp_type=0, key=row["key"].encode(),
        value=row["payload"], checksum=None, serialized_key_size=0, serialized_value_size=0, headers=tuple(headers),
    )  # fmt: skip
    return row["id"], row["attempts"], Arrival(record, read_headers(headers), row["key"])


async def remove(uow: UnitOfWork, row_id: int) -> None:
    await uow.execute("DELETE FROM parked_message WHERE id = $1", row_id)


async def keep_failing(uow: UnitOfWork, row_id: int, attempts: int, error: Exception) -> None:
    """Another failed attempt. After `MAX_ATTEMPTS` it waits for a person."""
    retry_at = now() + backoff(attempts) if attempts < MAX_ATTEMPTS else None
    await uow.execute(
        "UPDATE parked_message SET attempts = $2, cause = $3, retry_at = $4 WHERE id = $1",
        row_id, attempts, describe(error), retry_at,
    )  # fmt: skip
