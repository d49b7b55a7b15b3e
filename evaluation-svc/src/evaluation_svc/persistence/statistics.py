"""Counts of reviews by day, summed up: reads some rows a day, never the reviews."""

from datetime import date
from typing import Final

import asyncpg
from chassis.db import UnitOfWork

from evaluation_svc.application.ports import PublicGroup, Tally
from evaluation_svc.domain.levels import Level

_SUMS = ", ".join(f"sum({level.value})::int AS {level.value}" for level in Level)

_BY: Final[dict[PublicGroup, str]] = {
    "unit": f"""SELECT key, min(department) AS department, {_SUMS} FROM review_tally
 WHERE dimension = 'unit' AND day BETWEEN $1 AND $2 GROUP BY key ORDER BY key""",
    "item": f"""SELECT key, min(department) AS department, {_SUMS} FROM review_tally
 WHERE dimension = 'item' AND day BETWEEN $1 AND $2 GROUP BY key ORDER BY key""",
    "department": f"""SELECT department AS key, department, {_SUMS} FROM review_tally
 WHERE dimension = 'unit' AND day BETWEEN $1 AND $2 GROUP BY department ORDER BY department""",
}

_OFFICERS = f"""SELECT key, min(department) AS department, {_SUMS} FROM review_tally
 WHERE dimension = 'officer' AND department = $3 AND ($4::text IS NULL OR unit = $4) AND day BETWEEN $1 AND $2
 GROUP BY key ORDER BY key"""


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


def _tally(row: asyncpg.Record) -> Tally:
    return Tally(row["key"], row["department"], {level: row[level.value] for level in Level})
