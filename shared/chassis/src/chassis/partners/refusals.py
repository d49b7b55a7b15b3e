"""Deliveries that were refused, noted for the partner's engineers: no body, and never more than a forger is worth.

Noting costs the door nothing: it is done in memory, and written down a second later by somebody else. What a kill
takes with it is in the log all the same.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from ..clock import now
from ..db.uow import UnitOfWork
from ..ids import uuid7
from ..telemetry import context
from .deliveries import Asked, RefusedCounts

log = structlog.get_logger(__name__)

A_MINUTE: Final = 10
AN_HOUR: Final = 100
"""So many of one partner are told apart, by one process; the rest is counted, by cause and ten minutes."""
KEPT_FOR: Final = timedelta(days=30)
_TEN_MINUTES: Final = 600
_EVERY_SECONDS: Final = 1.0
_LONGEST_REQUEST_ID: Final = 64

_PUT: Final = """INSERT INTO refused_delivery
 (id, partner, door, cause, at, last_at, copies, size, digest, request_id)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[],
 $8::int[], $9::bytea[], $10::text[])
ON CONFLICT (id) DO UPDATE SET copies = excluded.copies, last_at = excluded.last_at, digest = excluded.digest"""
_PAGE: Final = """SELECT * FROM refused_delivery WHERE partner = $1 AND id < $2 AND id >= $3
ORDER BY id DESC LIMIT $4"""
_COUNTS: Final = """SELECT max(last_at) AS last_at,
 coalesce(sum(copies) FILTER (WHERE last_at > $2::timestamptz - interval '1 hour'), 0)::int AS hour,
 coalesce(sum(copies), 0)::int AS day
FROM refused_delivery WHERE partner = $1 AND last_at > $2::timestamptz - interval '1 day'"""
_PURGE: Final = """DELETE FROM refused_delivery WHERE id IN
 (SELECT id FROM refused_delivery WHERE id < $1 ORDER BY id LIMIT 5000)"""

Begin = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


@dataclass(slots=True)
class Refused:
    """`digest` is None where it stands for several."""

    id: UUID
    partner: str
    door: str
    cause: str
    at: datetime
    last_at: datetime
    copies: int
    size: int
    digest: bytes | None
    request_id: str | None


@dataclass(slots=True)
class _Allowance:
    """How many of one partner were told apart in this minute and this hour."""

    minute: int = 0
    hour: int = 0
    in_minute: int = 0
    in_hour: int = 0

    def take(self, moment: float) -> bool:
        minute, hour = int(moment // 60), int(moment // 3600)
        if minute != self.minute:
            self.minute, self.in_minute = minute, 0
        if hour != self.hour:
            self.hour, self.in_hour = hour, 0
        if self.in_minute >= A_MINUTE or self.in_hour >= AN_HOUR:
            return False
        self.in_minute += 1
        self.in_hour += 1
        return True


@dataclass(slots=True)
class Refusals:
    """Of one process. `note` at the door; `run` writes down until it is cancelled, `write` at once."""

    _waiting: dict[UUID, Refused] = field(default_factory=dict)
    _counted: dict[tuple[str, str, str], Refused] = field(default_factory=dict)
    _allowances: dict[str, _Allowance] = field(default_factory=dict)

    def note(self, partner: str, door: str, cause: str, body: bytes, size: int | None = None) -> None:
        """`cause` is one of the few codes of a channel, `partner` and `door` are names of ours."""
        moment = now()
        if self._allowances.setdefault(partner, _Allowance()).take(moment.timestamp()):
            digest = hashlib.sha256(body).digest()
            one = self._new(partner, door, cause, moment, len(body) if size is None else size, digest)
            self._waiting[one.id] = one
            return
        counted = self._counted.get((partner, door, cause))
        if counted is None or _bucket(counted.at) != _bucket(moment):
            counted = self._new(partner, door, cause, moment, len(body) if size is None else size, None)
            counted.copies = 0
            self._counted[partner, door, cause] = counted
        counted.copies += 1
        counted.last_at = moment
        self._waiting[counted.id] = counted

    def _new(
        self, partner: str, door: str, cause: str, at: datetime, size: int, digest: bytes | None
    ) -> Refused:
        request_id = (context.request_id() or "")[:_LONGEST_REQUEST_ID] or None
        return Refused(uuid7(), partner, door, cause, at, at, 1, size, digest, request_id)

    async def run(self, begin: Begin) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                await self.write(begin)
            except Exception:  # whatever the reason: what waits is kept, and bounded
                log.warning("refusals_not_written", waiting=len(self._waiting), exc_info=True)

    async def write(self, begin: Begin) -> None:
        """Writes down what waits."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        rows = [
            (one.id, one.partner, one.door, one.cause, one.at, one.last_at, one.copies, one.size, one.digest,
             one.request_id)
            for one in waiting.values()
        ]  # fmt: skip
        try:
            async with begin() as uow:
                await uow.execute(_PUT, *map(list, zip(*rows, strict=True)))
        except BaseException:
            self._waiting = waiting | self._waiting
            raise


def _bucket(at: datetime) -> int:
    return int(at.timestamp()) // _TEN_MINUTES


async def page_of_refused(uow: UnitOfWork, partner: str, asked: Asked) -> Sequence[Refused]:
    rows = await uow.read(_PAGE, partner, asked.before, asked.floor, asked.limit)
    return [Refused(**row) for row in rows]


async def one_refused(uow: UnitOfWork, partner: str, delivery_id: UUID) -> Refused | None:
    row = await uow.read_row(
        "SELECT * FROM refused_delivery WHERE id = $1 AND partner = $2", delivery_id, partner
    )
    return Refused(**row) if row else None


async def count_refused(uow: UnitOfWork, partner: str) -> RefusedCounts:
    row = await uow.read_row(_COUNTS, partner, now())
    assert row is not None
    return RefusedCounts(row["last_at"], row["hour"], row["day"])


async def purge_refused(uow: UnitOfWork) -> bool:
    """Removes some that are old enough; whether there may be more."""
    tag = await uow.execute(_PURGE, floor_of(now() - KEPT_FOR))
    return tag == "DELETE 5000"


def floor_of(moment: datetime) -> UUID:
    """The smallest id that was given at `moment` or later: ids of version 7 begin with the time."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=milliseconds << 80)
