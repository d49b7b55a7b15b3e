"""Shifts of the duty roster."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from chassis.db import UnitOfWork
from sqlalchemy.dialects import postgresql as pg

from ..domain.duty import Shift

_TIME = sa.TIMESTAMP(timezone=True)
# By their post, or by a further assignment there (`Scope.covers`, in SQL).
_SERVES = """(o.unit = {unit} OR EXISTS (SELECT FROM officer_scope s JOIN unit u ON u.code = {unit}
  WHERE s.officer_id = o.id AND (s.until IS NULL OR s.until > {at})
    AND (s.unit = u.code OR s.unit IS NULL AND (s.department IS NULL OR s.department = u.department)
      AND (s.branch IS NULL OR s.branch = u.branch))))"""
_VALID = f"o.active AND {_SERVES.format(unit='d.unit', at='d.starts_at')}"
_COLUMNS = f"d.id, d.officer_id, o.badge_no, d.unit, d.starts_at, d.ends_at, {_VALID} AS valid"
_FROM = "FROM duty_shift d JOIN officer o ON o.id = d.officer_id"
ON_DUTY = f"""SELECT {_COLUMNS}, o.rank {_FROM}
WHERE d.unit = $1 AND d.starts_at <= $2 AND d.starts_at > $2::timestamptz - interval '36 hours' AND d.ends_at > $2
  AND {_VALID}
ORDER BY o.rank DESC, d.id"""
LIST = f"""SELECT {_COLUMNS} {_FROM}
WHERE d.unit = $1 AND d.starts_at < $3 AND d.starts_at > $2::timestamptz - interval '36 hours' AND d.ends_at > $2
ORDER BY d.starts_at, d.id LIMIT 1000"""
MINE = (
    f"""SELECT {_COLUMNS} {_FROM} WHERE d.officer_id = $1 AND d.ends_at > $2 ORDER BY d.starts_at LIMIT 200"""
)
# Whoever plans for an officer holds them, so that of two plans at once the second sees the first.
_LOCK = "SELECT 1 FROM officer WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"
_OVERLAPS = """
SELECT DISTINCT new.place FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
  WITH ORDINALITY AS new (officer_id, starts_at, ends_at, place)
JOIN duty_shift d ON d.officer_id = new.officer_id AND d.starts_at < new.ends_at AND d.ends_at > new.starts_at
ORDER BY new.place
"""
_ADD = """
INSERT INTO duty_shift (id, officer_id, unit, starts_at, ends_at, planned_by)
SELECT id, officer_id, unit, starts_at, ends_at, $6
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
  AS new (id, officer_id, unit, starts_at, ends_at)
"""


def add_duty_tables(metadata: sa.MetaData) -> None:
    shift = sa.Table(
        "duty_shift",
        metadata,
        sa.Column("id", pg.UUID, primary_key=True),
        sa.Column("officer_id", pg.UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("unit", sa.Text, sa.ForeignKey("unit.code"), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("planned_by", pg.UUID, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="duty_shift_times"),
    )
    sa.Index("duty_shift_unit", shift.c.unit, shift.c.starts_at)
    sa.Index("duty_shift_officer", shift.c.officer_id, shift.c.starts_at)


class SqlDuty:
    async def serves(self, uow: UnitOfWork, officer_id: UUID, unit: str) -> bool:
        """At `unit`, by post or further assignment."""
        sql = f"SELECT {_SERVES.format(unit='$2::text', at='now()')} FROM officer o WHERE o.id = $1"
        return bool(await uow.fetchval(sql, officer_id, unit))

    async def add(self, uow: UnitOfWork, shifts: Sequence[Shift], by: UUID) -> list[int]:
        """Adds all of them; or none, and the places of those that overlap with what is planned."""
        officers = [one.officer_id for one in shifts]
        starts, ends = [one.starts_at for one in shifts], [one.ends_at for one in shifts]
        await uow.fetch(_LOCK, officers)
        if taken := await uow.fetch(_OVERLAPS, officers, starts, ends):
            return [row["place"] - 1 for row in taken]
        await uow.execute(
            _ADD, [one.id for one in shifts], officers, [one.unit for one in shifts], starts, ends, by
        )
        return []

    async def department_of(self, uow: UnitOfWork, shift_id: UUID) -> str | None:
        return await uow.fetchval(
            "SELECT u.department FROM duty_shift d JOIN unit u ON u.code = d.unit WHERE d.id = $1", shift_id
        )

    async def cancel(self, uow: UnitOfWork, shift_id: UUID) -> bool:
        return await uow.execute("DELETE FROM duty_shift WHERE id = $1", shift_id) == "DELETE 1"

    async def of_unit(self, uow: UnitOfWork, unit: str, first: datetime, last: datetime) -> list[Shift]:
        return [_shift(row) for row in await uow.fetch(LIST, unit, first, last)]

    async def of_officer(self, uow: UnitOfWork, officer_id: UUID, at: datetime) -> list[Shift]:
        """What is under way or ahead."""
        return [_shift(row) for row in await uow.fetch(MINE, officer_id, at)]

    async def on_duty(self, uow: UnitOfWork, unit: str, at: datetime) -> list[tuple[Shift, int]]:
        """With their ranks, the highest first; without those who have left the unit since."""
        return [(_shift(row), row["rank"]) for row in await uow.fetch(ON_DUTY, unit, at)]

    async def sweep(self, uow: UnitOfWork) -> None:
        """Kept for two years."""
        await uow.execute("DELETE FROM duty_shift WHERE starts_at < now() - interval '2 years'")


def _shift(row: Any) -> Shift:
    names = ("id", "officer_id", "badge_no", "unit", "starts_at", "ends_at", "valid")
    return Shift(**{name: row[name] for name in names})
