"""Counts of reviews by day, summed up: reads some rows a day and the last minute's reviews, never all of them."""

from datetime import date
from typing import Final

import asyncpg
from chassis.db import UnitOfWork

from evaluation_svc.application.ports import PublicGroup, Tally
from evaluation_svc.domain.levels import Level

_LEVELS: Final = ", ".join(level.value for level in Level)
_SUMS: Final = ", ".join(f"sum({level.value})::int AS {level.value}" for level in Level)
_MARKED: Final = ", ".join(f"(level = '{level.value}')::int" for level in Level)


def _counted(dimension: str, key: str, department: str) -> str:
    """Sums by `key`; `department` goes with it. A mark is here or in the tallies, whatever moment is looked at.

    The marks are read whole: there are few, and an index of theirs would cost every review more than it saves here.
    """
    judged = {"item": "item_code, department, ''", "officer": "officer_id::text, department, unit"}
    judged["unit"] = "unit, department, ''"
    return f"""SELECT {key} AS key, {department} AS department, {_SUMS} FROM (
 SELECT day, key, department, unit, {_LEVELS} FROM review_tally WHERE dimension = '{dimension}'
 UNION ALL
 SELECT day, {judged[dimension]}, {_MARKED} FROM tally_mark) AS tally (day, key, department, unit, {_LEVELS})
 WHERE day BETWEEN $1 AND $2 AND key IS NOT NULL"""


_BY: Final[dict[PublicGroup, str]] = {
    "unit": _counted("unit", "key", "min(department)") + " GROUP BY key ORDER BY key",
    "item": _counted("item", "key", "min(department)") + " GROUP BY key ORDER BY key",
    "department": _counted("unit", "department", "department") + " GROUP BY department ORDER BY department",
}

_OFFICERS: Final = f"""{_counted("officer", "key", "min(department)")}
 AND department = $3 AND ($4::text IS NULL OR unit = $4) GROUP BY key ORDER BY key"""

_FOLD: Final = f"""WITH taken AS (DELETE FROM tally_mark
 RETURNING day, item_code, department, unit, officer_id, level),
counted AS (INSERT INTO review_tally AS tally (dimension, day, key, unit, department, {_LEVELS})
 SELECT judged.dimension, day, judged.key, judged.unit, min(department),
  {", ".join(f"count(*) FILTER (WHERE level = '{level.value}')" for level in Level)}
 FROM taken, LATERAL (VALUES ('item', item_code, ''), ('officer', officer_id::text, taken.unit),
  ('unit', taken.unit, '')) AS judged (dimension, key, unit)
 WHERE judged.key IS NOT NULL GROUP BY judged.dimension, day, judged.key, judged.unit
 ON CONFLICT (dimension, day, key, unit) DO UPDATE SET
  {", ".join(f"{level.value} = tally.{level.value} + excluded.{level.value}" for level in Level)})
SELECT count(*) FROM taken"""


class PgStatistics:
    async def by(self, uow: UnitOfWork, group: PublicGroup, first: date, last: date) -> list[Tally]:
        """One tally a unit, item or department that was reviewed between the two days, both included."""
        rows = await uow.read(_BY[group], first, last)
        return [_tally(row) for row in rows]

    async def by_officer(
        self, uow: UnitOfWork, first: date, last: date, *, department: str, unit: str | None
    ) -> list[Tally]:
        """One tally an officer, for the time they worked in that department, or in that unit of it."""
        rows = await uow.read(_OFFICERS, first, last, department, unit)
        return [_tally(row) for row in rows]

    async def fold(self, uow: UnitOfWork) -> int:
        """Counts up the tallies by what was marked since the last time; how many reviews that was."""
        return int(await uow.fetchval(_FOLD))


def _tally(row: asyncpg.Record) -> Tally:
    return Tally(row["key"], row["department"], {level: row[level.value] for level in Level})
