"""Monthly statements: awaited, loaded, matched, decided about and shown."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from asyncpg import Record
from chassis.clock import SHANGHAI
from chassis.db import UnitOfWork

from courier_svc.domain.statements import (
    Decision,
    Problem,
    Statement,
    StatementLine,
    Tariff,
    bounds,
    month_after,
    month_before,
)

from .statement_matching import MATCH

_COLUMNS: Final = "id, courier, month, version, digest, tries"
_EXPECT: Final = """INSERT INTO statement (id, courier, month, next_look_at)
 SELECT gen_random_uuid(), name, month, now() FROM unnest($1::text[]) AS name, unnest($2::date[]) AS month
 ON CONFLICT (courier, month) DO NOTHING"""
_TAKE_DUE: Final = """UPDATE statement SET next_look_at = now() + $1::interval WHERE id IN (
 SELECT id FROM statement WHERE next_look_at <= now() ORDER BY next_look_at LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id"""
_LOADED: Final = f"""UPDATE statement SET version = version + 1, digest = $2, loaded_at = $3, lines = s.lines,
 fee_cents = s.fee_cents FROM (SELECT count(*) AS lines, coalesce(sum(fee_cents), 0) AS fee_cents
  FROM statement_line WHERE statement_id = $1) AS s WHERE id = $1 RETURNING {_COLUMNS}"""
_OPEN: Final = """SELECT count(*) FILTER (WHERE state = 'open') AS open,
  count(*) FILTER (WHERE state = 'decided') AS decided,
  count(*) FILTER (WHERE state = 'resolved') AS resolved FROM statement_difference WHERE statement_id = s.id"""
_MONTHS: Final = f"SELECT s.*, f.* FROM statement s, LATERAL ({_OPEN}) f"
_DIFFERENCES: Final = """SELECT d.*, s.courier, s.month FROM statement_difference d
 JOIN statement s ON s.id = d.statement_id WHERE d.id > $1 AND d.state = ANY($3::text[])
 AND ($4::text IS NULL OR s.courier = $4) AND ($5::date IS NULL OR s.month = $5)
 AND ($6::text IS NULL OR d.kind = $6) ORDER BY d.id LIMIT $2"""
_ONE: Final = """SELECT d.*, s.courier, s.month FROM statement_difference d JOIN statement s ON s.id = d.statement_id
 WHERE d.id = $1"""
_LINES: Final = """SELECT l.n, l.waybill_no, l.order_no, l.at, l.grams, l.fee_cents, d.kind, d.state, d.decision,
 d.note, d.ours FROM statement_line l LEFT JOIN LATERAL (SELECT * FROM statement_difference
  WHERE statement_id = l.statement_id AND line = l.n AND state <> 'resolved' LIMIT 1) d ON true
WHERE l.statement_id = $1 AND l.n > $2 ORDER BY l.n LIMIT $3"""
_OURS_ONLY: Final = """SELECT key, kind, state, decision, note, ours FROM statement_difference
 WHERE statement_id = $1 AND kind = 'short' AND state <> 'resolved' ORDER BY key LIMIT 10000"""


class PgStatements:
    async def first_month(self, uow: UnitOfWork) -> date | None:
        """Of our first parcel; before it nothing was charged."""
        row = await uow.read_row("SELECT min(begun_at) AS first FROM leg")
        first = row["first"] if row else None
        return first.astimezone(SHANGHAI).date().replace(day=1) if first else None

    async def expect(self, uow: UnitOfWork, couriers: Sequence[str], months: Sequence[date]) -> None:
        await uow.execute(_EXPECT, list(couriers), list(months))

    async def take_due(self, uow: UnitOfWork, again_in: timedelta, limit: int) -> list[UUID]:
        """Those to be fetched now; they become due again, should nothing come of it."""
        return [row["id"] for row in await uow.fetch(_TAKE_DUE, again_in, limit)]

    async def lock(self, uow: UnitOfWork, statement_id: UUID) -> Statement | None:
        """Who loads or matches one is alone with it."""
        row = await uow.fetchrow(
            f"SELECT {_COLUMNS} FROM statement WHERE id = $1 FOR NO KEY UPDATE", statement_id
        )
        return Statement(*row.values()) if row else None

    async def of_month(self, uow: UnitOfWork, courier: str, month: date) -> Record | None:
        return await uow.read_row(f"{_MONTHS} WHERE s.courier = $1 AND s.month = $2", courier, month)

    async def id_of(self, uow: UnitOfWork, courier: str, month: date) -> UUID:
        """Of one that is expected."""
        found: UUID = await uow.fetchval(
            "SELECT id FROM statement WHERE courier = $1 AND month = $2", courier, month
        )
        return found

    async def looked(
        self,
        uow: UnitOfWork,
        one: Statement,
        at: datetime,
        following: datetime | None,
        problem: Problem | None,
    ) -> None:
        await uow.execute(
            "UPDATE statement SET tried_at = $2, next_look_at = $3, problem = $4,"
            " tries = CASE WHEN $4::text IS NULL THEN 0 ELSE tries + 1 END WHERE id = $1",
            one.id, at, following, problem,
        )  # fmt: skip

    async def load(
        self, uow: UnitOfWork, one: Statement, digest: str, lines: Sequence[StatementLine], at: datetime
    ) -> Statement:
        """A version of the (locked) statement in place of the one before."""
        await uow.execute("DELETE FROM statement_line WHERE statement_id = $1", one.id)
        columns = [list(column) for column in zip(*lines, strict=True)] or [[] for _ in StatementLine._fields]
        await uow.execute(
            """INSERT INTO statement_line (statement_id, n, waybill_no, order_no, at, grams, fee_cents)
 SELECT $1, row.n, row.waybill_no, row.order_no, row.at, row.grams, row.fee_cents
 FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::bigint[])
  WITH ORDINALITY AS row (waybill_no, order_no, at, grams, fee_cents, n)""",
            one.id, *columns,
        )  # fmt: skip
        row = await uow.fetchrow(_LOADED, one.id, digest, at)
        assert row is not None
        return Statement(*row.values())

    async def neighbours(self, uow: UnitOfWork, one: Statement) -> list[UUID]:
        """Of the months beside, where they are here: a late one changes what is short or long there."""
        rows = await uow.read(
            "SELECT id FROM statement WHERE courier = $1 AND month = ANY($2::date[]) AND version > 0",
            one.courier, [month_before(one.month), month_after(one.month)],
        )  # fmt: skip
        return [row["id"] for row in rows]

    async def match(self, uow: UnitOfWork, one: Statement, tariff: Tariff, at: datetime) -> int:
        """How much of the (locked) statement's month differs. The same over again where nothing changed."""
        next_is_here = await uow.fetchval(
            "SELECT EXISTS (SELECT FROM statement WHERE courier = $1 AND month = $2 AND version > 0)",
            one.courier, month_after(one.month),
        )  # fmt: skip
        found: int = await uow.fetchval(
            MATCH, one.id, one.courier, *bounds(one.month), one.month, one.version, at, next_is_here,
            tariff.first_grams, tariff.first_cents, tariff.more_grams, tariff.more_cents, tariff.most_grams,
        )  # fmt: skip
        return found

    async def months(
        self, uow: UnitOfWork, before: tuple[date, UUID] | None, limit: int, courier: str | None
    ) -> Sequence[Record]:
        """Newest first."""
        return await uow.read(
            f"{_MONTHS} WHERE ($1::date IS NULL OR (s.month, s.id) < ($1, $2::uuid))"
            " AND ($4::text IS NULL OR s.courier = $4) ORDER BY s.month DESC, s.id DESC LIMIT $3",
            *(before or (None, None)), limit, courier,
        )  # fmt: skip

    async def differences(
        self,
        uow: UnitOfWork,
        after: UUID,
        limit: int,
        *,
        states: Sequence[str],
        courier: str | None,
        month: date | None,
        kind: str | None,
    ) -> Sequence[Record]:
        return await uow.read(_DIFFERENCES, after, limit, list(states), courier, month, kind)

    async def difference(self, uow: UnitOfWork, difference_id: UUID) -> Record | None:
        """Locked, with its courier and month."""
        await uow.fetchrow("SELECT id FROM statement_difference WHERE id = $1 FOR UPDATE", difference_id)
        return await uow.fetchrow(_ONE, difference_id)

    async def decide(
        self, uow: UnitOfWork, difference_id: UUID, decision: Decision, note: str, by: UUID, at: datetime
    ) -> None:
        await uow.execute(
            "UPDATE statement_difference SET state = 'decided', decision = $2, note = $3, decided_by = $4,"
            " decided_at = $5, ended_at = $5 WHERE id = $1",
            difference_id, decision, note, by, at,
        )  # fmt: skip

    async def lines(self, uow: UnitOfWork, statement_id: UUID, after: int, limit: int) -> Sequence[Record]:
        """In its order, with what differs; none: equal."""
        return await uow.read(_LINES, statement_id, after, limit)

    async def ours_only(self, uow: UnitOfWork, statement_id: UUID) -> Sequence[Record]:
        return await uow.read(_OURS_ONLY, statement_id)
