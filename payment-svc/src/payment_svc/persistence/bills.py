"""Bills: awaited, loaded by COPY, matched."""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from asyncpg import Record
from chassis.clock import SHANGHAI
from chassis.db import UnitOfWork
from chassis.parity.days import bounds

from ..domain.bills import Bill, BillLine, Problem
from ..domain.payees import Payee
from .bill_matching import MATCH

_COLUMNS: Final = "id, channel, payee, day, version, digest, tries, loaded_at, lines"
_LINE_COLUMNS: Final = (
    "bill_id", "n", "entry", "key", "number", "serial", "amount_cents", "fee_cents", "at",
)  # fmt: skip
_MANY: Final = 20_000
_EXPECT: Final = """INSERT INTO bill (id, channel, payee, day, next_look_at)
 SELECT uuidv7(), a.channel, a.payee, d.day, now()
 FROM unnest($1::text[], $2::text[]) AS a (channel, payee) CROSS JOIN unnest($3::date[]) AS d (day)
 ON CONFLICT (channel, payee, day) DO NOTHING"""
_TAKE_DUE: Final = """UPDATE bill SET next_look_at = now() + $1::interval WHERE id IN (
 SELECT id FROM bill WHERE next_look_at <= now()
  AND NOT EXISTS (SELECT FROM job j WHERE j.kind = $3 AND j.key = bill.id::text)
  ORDER BY next_look_at LIMIT $2 FOR UPDATE SKIP LOCKED)
 RETURNING id"""
_IS_UNDER_WAY: Final = (
    """SELECT EXISTS (SELECT FROM job WHERE kind = $1 AND key = $2 AND leased_until > now())"""
)
_LOADED: Final = f"""UPDATE bill SET version = version + 1, digest = $2, loaded_at = $3, tried_at = $3, tries = 0,
 problem = NULL, lines = s.lines, payments = s.payments, paid_cents = s.paid_cents, refunds = s.refunds,
 refunded_cents = s.refunded_cents, fee_cents = s.fee_cents
 FROM (SELECT count(*) AS lines, count(*) FILTER (WHERE entry = 'payment') AS payments,
   coalesce(sum(amount_cents) FILTER (WHERE entry = 'payment'), 0) AS paid_cents,
   count(*) FILTER (WHERE entry = 'refund') AS refunds,
   coalesce(sum(amount_cents) FILTER (WHERE entry = 'refund'), 0) AS refunded_cents,
   coalesce(sum(fee_cents), 0) AS fee_cents FROM bill_line WHERE bill_id = $1) AS s
 WHERE id = $1 RETURNING {_COLUMNS.replace("lines", "bill.lines")}"""
_NEIGHBOURS: Final = """SELECT id FROM bill WHERE channel = $1 AND payee = $2 AND version > 0
 AND day BETWEEN $3::date - 3 AND $3::date + 3 AND day <> $3"""
_NEXT_IS_HERE: Final = """SELECT EXISTS (SELECT FROM bill WHERE channel = $1 AND payee = $2 AND day = $3::date + 1
 AND version > 0)"""
_WAIT_IN_VAIN: Final = """SELECT DISTINCT d.bill_id AS id FROM bill_difference d JOIN bill b ON b.id = d.bill_id
 WHERE d.state = 'carried' AND b.day <= $1 AND b.digest IS NOT NULL
 AND NOT EXISTS (SELECT FROM job j WHERE j.kind = $2 AND j.key = d.bill_id::text)"""
# A provider may give no bill of a day on which nothing was paid: then nothing is missing.
_MISSING: Final = """SELECT channel, count(*) AS missing FROM bill b
WHERE version = 0 AND day BETWEEN $1::date - 30 AND $1
 AND (problem IS DISTINCT FROM 'not_ready' OR EXISTS (
  SELECT FROM capture c JOIN attempt a ON a.id = c.attempt_id WHERE c.channel = b.channel AND a.payee = b.payee
  AND c.paid_at >= b.day::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND c.paid_at < (b.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')) GROUP BY channel"""
_OPEN: Final = """SELECT channel, count(*) AS open FROM bill_difference
 WHERE state IN ('open', 'carried', 'awaiting_approval') GROUP BY channel"""
_FORGET: Final = """DELETE FROM bill_line WHERE (bill_id, n) IN (
 SELECT l.bill_id, l.n FROM bill b JOIN bill_line l ON l.bill_id = b.id WHERE b.day < $1 LIMIT $2)"""


class PgBills:
    """Implements `application.bill_ports.Bills`."""

    async def expect(
        self, uow: UnitOfWork, accounts: Sequence[tuple[str, Payee]], days: Sequence[date]
    ) -> None:
        names, payees = [name for name, _ in accounts], [payee.value for _, payee in accounts]
        await uow.execute(_EXPECT, names, payees, list(days))

    async def first_day(self, uow: UnitOfWork) -> date | None:
        """Of our first order; before it there was nothing to be billed."""
        first = await uow.read_row("SELECT created_at FROM payment_order ORDER BY id LIMIT 1")
        return first and first["created_at"].astimezone(SHANGHAI).date()

    async def take_due(self, uow: UnitOfWork, again_in: timedelta, limit: int, job: str) -> list[UUID]:
        """Those to be fetched now that have no `job` yet; they become due again, should nothing come of it."""
        return [row["id"] for row in await uow.fetch(_TAKE_DUE, again_in, limit, job)]

    async def is_under_way(self, uow: UnitOfWork, bill_id: UUID, job: str) -> bool:
        """Another `job` in its place would undo what this one does."""
        found: bool = await uow.read_value(_IS_UNDER_WAY, job, str(bill_id))
        return found

    async def find(self, uow: UnitOfWork, bill_id: UUID) -> Bill | None:
        row = await uow.read_row(f"SELECT {_COLUMNS} FROM bill WHERE id = $1", bill_id)
        return _bill(row) if row else None

    async def of_account(self, uow: UnitOfWork, channel: str, payee: Payee, day: date) -> Bill | None:
        row = await uow.read_row(
            f"SELECT {_COLUMNS} FROM bill WHERE channel = $1 AND payee = $2 AND day = $3",
            channel, payee, day,
        )  # fmt: skip
        return _bill(row) if row else None

    async def lock(self, uow: UnitOfWork, bill_id: UUID) -> Bill | None:
        """Who loads or matches a bill is alone with it."""
        row = await uow.fetchrow(f"SELECT {_COLUMNS} FROM bill WHERE id = $1 FOR NO KEY UPDATE", bill_id)
        return _bill(row) if row else None

    async def note_problem(
        self, uow: UnitOfWork, bill: Bill, problem: Problem, at: datetime, next_look_at: datetime | None
    ) -> None:
        await uow.execute(
            "UPDATE bill SET problem = $2, tried_at = $3, tries = tries + 1, next_look_at = $4 WHERE id = $1",
            bill.id, problem, at, next_look_at,
        )  # fmt: skip

    async def looked(self, uow: UnitOfWork, bill: Bill, at: datetime, next_look_at: datetime | None) -> None:
        """The provider was asked, and its bill is here."""
        await uow.execute(
            "UPDATE bill SET next_look_at = $2, tried_at = $3, tries = 0, problem = NULL WHERE id = $1",
            bill.id, next_look_at, at,
        )  # fmt: skip

    async def load(
        self, uow: UnitOfWork, bill: Bill, digest: str, lines: AsyncIterator[BillLine], at: datetime
    ) -> Bill:
        """A version of the (locked) bill in place of the one before. What `lines` raises undoes it."""
        await _take_time(uow, bill.lines)
        await uow.execute("DELETE FROM bill_line WHERE bill_id = $1", bill.id)
        await uow.copy("bill_line", _LINE_COLUMNS, _numbered(bill.id, lines))
        row = await uow.fetchrow(_LOADED, bill.id, digest, at)
        assert row is not None
        return _bill(row)

    async def neighbours(self, uow: UnitOfWork, bill: Bill) -> list[UUID]:
        """Of the three days before and after, where their bills are here: what is in one of them is not short in the
        other, and a line of both is a copy. So a late one changes what differs there.
        """
        rows = await uow.read(_NEIGHBOURS, bill.channel, bill.payee, bill.day)
        return [row["id"] for row in rows]

    async def match(self, uow: UnitOfWork, bill: Bill, at: datetime, *, waits: bool) -> int:
        """How much of the (locked) bill's day differs. `waits`: what came late may stand in a bill that is to come."""
        await _take_time(uow, bill.lines)
        next_is_here = not waits or await uow.fetchval(_NEXT_IS_HERE, bill.channel, bill.payee, bill.day)
        found: int = await uow.fetchval(
            MATCH,
            bill.id,
            bill.channel,
            bill.payee,
            *bounds(bill.day),
            bill.day,
            bill.version,
            at,
            next_is_here,
            await self.neighbours(uow, bill),
        )
        return found

    async def wait_in_vain(self, uow: UnitOfWork, until: date, job: str) -> list[UUID]:
        """Of days up to `until`: bills something of which is left to the next day's, that have no `job` yet."""
        return [row["id"] for row in await uow.read(_WAIT_IN_VAIN, until, job)]

    async def forget_lines(self, uow: UnitOfWork, before: date, limit: int) -> int:
        """Such a bill is not matched any more, unless it is fetched anew."""
        await uow.execute("UPDATE bill SET digest = NULL WHERE day < $1 AND digest IS NOT NULL", before)
        tag = await uow.execute(_FORGET, before, limit)
        return int(tag.rpartition(" ")[2])

    async def missing(self, uow: UnitOfWork, until: date) -> dict[str, int]:
        """Bills of days up to `until` that never came, by channel."""
        return {row["channel"]: row["missing"] for row in await uow.read(_MISSING, until)}

    async def open_differences(self, uow: UnitOfWork) -> dict[str, int]:
        return {row["channel"]: row["open"] for row in await uow.read(_OPEN)}


async def _take_time(uow: UnitOfWork, lines: int) -> None:
    """A million lines take longer than a request may, and nobody analyses a table that was filled just now: with many
    lines, sets are joined by hashing, whatever the planner guesses.
    """
    await uow.execute("SET LOCAL statement_timeout = '8min'")
    await uow.execute("SET LOCAL work_mem = '64MB'")
    await uow.execute("SET LOCAL jit = off")
    if lines > _MANY:
        await uow.execute("SET LOCAL enable_nestloop = off")


async def _numbered(bill_id: UUID, lines: AsyncIterator[BillLine]) -> AsyncIterator[Sequence[Any]]:
    n = 0
    async for line in lines:
        n += 1
        yield (bill_id, n, *line)


def _bill(row: Record) -> Bill:
    return Bill(
        row["id"], row["channel"], Payee(row["payee"]), row["day"], row["version"], row["digest"], row["tries"],
        row["loaded_at"], row["lines"],
    )  # fmt: skip
