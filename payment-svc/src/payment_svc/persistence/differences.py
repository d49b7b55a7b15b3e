"""Days that were compared, and what was found apart on them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork
from chassis.ids import uuid7
from chassis.parity import Hour

from ..domain.parity import Decision, Found, Known, Pair, Standing, what_of

KNOWN: Final = """SELECT DISTINCT ON (about_id) id, about_id, state, ours, theirs, retold_at FROM parity_difference
 WHERE day = $1 AND pair = $2 AND about_id = ANY($3::uuid[]) ORDER BY about_id, id DESC"""
OPEN_HOURS: Final = """SELECT DISTINCT pair, hour FROM parity_difference
 WHERE day = $1 AND state IN ('retold', 'raised')"""
_ADD: Final = Statement(
    """INSERT INTO parity_difference
 (id, pair, day, hour, about_id, order_id, case_id, what, ours, theirs, state, found_at, retold_at)
 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11, $12, $13)"""
)
_RAISE: Final = Statement(
    """UPDATE parity_difference SET state = 'raised', what = $2, ours = $3::jsonb, theirs = $4::jsonb, ended_at = NULL
 WHERE id = $1 AND state <> 'decided'"""
)
END_OTHERS: Final = """UPDATE parity_difference
 SET state = CASE state WHEN 'retold' THEN 'repaired' ELSE 'gone' END, ended_at = $5
 WHERE day = $1 AND pair = $2 AND hour = $3 AND about_id <> ALL($4::uuid[])
 AND state IN ('retold', 'raised')"""
_DECIDE: Final = """UPDATE parity_difference
 SET state = 'decided', decision = $2, note = $3, decided_by = $4, ended_at = $5 WHERE id = $1 AND state = 'raised'"""
_SHOWN: Final = """SELECT id, pair, day, hour, about_id, order_id, case_id, what, ours, theirs, state, found_at,
 retold_at, ended_at, decision, decided_by, note FROM parity_difference"""
OF_DAY: Final = f"{_SHOWN} WHERE day = $1 AND id > $2 ORDER BY id LIMIT $3"
_NOTE_DAY: Final = """INSERT INTO parity_day (day, compared_at, orders, cases, booked, applied, hours_apart)
 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (day) DO UPDATE SET compared_at = excluded.compared_at,
 orders = excluded.orders, cases = excluded.cases, booked = excluded.booked, applied = excluded.applied,
 hours_apart = excluded.hours_apart"""
DAYS: Final = """SELECT d.*, f.* FROM parity_day d, LATERAL (
 SELECT count(*) FILTER (WHERE state = 'raised') AS raised, count(*) FILTER (WHERE state = 'retold') AS retold,
  count(*) FILTER (WHERE state IN ('repaired', 'gone')) AS settled,
  count(*) FILTER (WHERE state = 'decided') AS decided
 FROM parity_difference WHERE day = d.day) f
WHERE d.day < coalesce($1::date, 'infinity') ORDER BY d.day DESC LIMIT $2"""
RAISED: Final = """SELECT id, found_at AS received_at, pair AS channel, order_id, case_id, what AS outcome, day, ours,
 theirs FROM parity_difference WHERE state = 'raised' AND id > $1 ORDER BY id LIMIT $2"""


class PgDifferences:
    """Implements `application.parity_ports.Differences`."""

    async def known(self, uow: UnitOfWork, pair: Pair, day: date, ids: Sequence[UUID]) -> dict[UUID, Known]:
        """What was found of these before, the last of each."""
        rows = await uow.read(KNOWN, day, pair, list(ids)) if ids else []
        return {row["about_id"]: _known(row) for row in rows}

    async def open_hours(self, uow: UnitOfWork, day: date) -> list[tuple[Pair, Hour]]:
        """Where something waits to be looked at again."""
        rows = await uow.read(OPEN_HOURS, day)
        return [(Pair(row["pair"]), Hour(day, row["hour"])) for row in rows]

    def add(self, uow: UnitOfWork, found: Found, at: datetime, *, retold: bool) -> None:
        one, hour = found.apart, found.hour
        uow.write(
            _ADD, uuid7(), found.pair, hour.day, hour.hour, one.id, found.order_id, found.case_id,
            what_of(found.pair, one), one.ours, one.theirs, Standing.RETOLD if retold else Standing.RAISED,
            at, at if retold else None,
        )  # fmt: skip

    def raise_known(self, uow: UnitOfWork, known: Known, found: Found) -> None:
        one = found.apart
        uow.write(_RAISE, known.id, what_of(found.pair, one), one.ours, one.theirs)

    async def end_others(
        self, uow: UnitOfWork, pair: Pair, hour: Hour, ids: Sequence[UUID], at: datetime
    ) -> int:
        """All that was open but `ids` agrees by now; returns how many."""
        tag = await uow.execute(END_OTHERS, hour.day, pair, hour.hour, list(ids), at)
        return int(tag.rpartition(" ")[2])

    async def find(self, uow: UnitOfWork, difference_id: UUID) -> Record | None:
        return await uow.read_row(f"{_SHOWN} WHERE id = $1", difference_id)

    async def decide(
        self, uow: UnitOfWork, difference_id: UUID, decision: Decision, note: str, by: UUID, at: datetime
    ) -> bool:
        """False where it is not raised (any more)."""
        return await uow.execute(_DECIDE, difference_id, decision, note, by, at) == "UPDATE 1"

    async def of_day(self, uow: UnitOfWork, day: date, after: UUID, limit: int) -> Sequence[Record]:
        """All of a day, whatever became of them, as they were found."""
        return await uow.read(OF_DAY, day, after, limit)

    async def note_day(
        self, uow: UnitOfWork, day: date, at: datetime, counts: Mapping[str, int | None]
    ) -> None:
        names = ("orders", "cases", "booked", "applied", "hours_apart")
        await uow.execute(_NOTE_DAY, day, at, *(counts[name] for name in names))

    async def days(self, uow: UnitOfWork, before: date | None, limit: int) -> Sequence[Record]:
        """Newest first."""
        return await uow.read(DAYS, before, limit)


def _known(row: Any) -> Known:
    return Known(row["id"], Standing(row["state"]), row["ours"], row["theirs"], row["retold_at"])
