"""What payment-svc counts of a day: paid orders as their cases should know them, and as the ledger should."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.parity import Fact, FactMember, Hour, KeptTally, kept_tallies
from chassis.parity.comparing import Apart

from ..domain.orders import ActedBy
from ..domain.parity import Found, Pair

# What a case withdrew from, or let lapse, goes back: it never counts as paid there.
PAID: Final = Fact(
    "payment.paid",
    ("case_id", "amount_cents"),
    """SELECT o.id, o.booked_at AS at, o.case_id, o.amount_cents FROM payment_order o
 WHERE o.booked_at >= $1 AND o.booked_at < $2 AND o.kind = 'fee'
 AND (SELECT d.over_at FROM case_due d WHERE d.case_id = o.case_id AND d.kind = o.kind) IS NULL""",
)
"""As `case.paid` of case-svc, whose path postage does not move."""
BOOKED: Final = Fact(
    "payment.booked",
    ("amount_cents",),
    "SELECT id, booked_at AS at, amount_cents FROM payment_order WHERE booked_at >= $1 AND booked_at < $2",
)
APPLIED: Final = Fact(
    "payment.applied",
    ("amount_cents",),
    """SELECT c.order_id AS id, e.at, e.amount_cents FROM ledger_entry e JOIN capture c ON c.id = e.capture_id
 WHERE e.at >= $1 AND e.at < $2 AND e.to_account = 'applied'""",
)
FACTS: Final = (PAID, BOOKED, APPLIED)
_BY_NAME: Final = {fact.name: fact for fact in FACTS}

# Of each capture that came, or of which something moved, in that hour: where all its entries together have put the
# money, against what it says of itself: what went back, what is on the way, where the rest stands. An hour costs what
# it had and not what there is: by LIMIT and by aggregates each capture is looked up by its key, however many the
# planner guesses there to be. Most have one entry, seen first.
OUT_OF_BALANCE: Final = """WITH touched AS (
 SELECT capture_id AS id FROM ledger_entry WHERE at >= $1 AND at < $2
 UNION SELECT id FROM capture WHERE received_at >= $1 AND received_at < $2),
suspect AS MATERIALIZED (
 SELECT c.id, c.order_id, c.state, c.amount_cents, c.returning_cents, c.returned_cents FROM touched t
 JOIN LATERAL (SELECT * FROM capture WHERE id = t.id LIMIT 1) AS c ON true
 JOIN LATERAL (SELECT count(*) AS entries, min(from_account) AS origin, min(to_account) AS account,
  min(amount_cents) AS cents FROM ledger_entry WHERE capture_id = t.id) AS e ON true
 WHERE (e.entries, e.origin, e.account, e.cents) IS DISTINCT FROM (1, 'bank', c.state, c.amount_cents))
SELECT s.id, s.order_id, o.case_id, s.state, s.amount_cents, coalesce(booked.stands, '{}') AS stands FROM suspect s
JOIN LATERAL (SELECT case_id FROM payment_order WHERE id = s.order_id LIMIT 1) AS o ON true
LEFT JOIN LATERAL (
 SELECT jsonb_object_agg(account, cents) AS stands FROM (
  SELECT account, sum(moved)::bigint AS cents FROM (
   SELECT e.to_account AS account, e.amount_cents AS moved FROM ledger_entry e WHERE e.capture_id = s.id
   UNION ALL SELECT e.from_account, -e.amount_cents FROM ledger_entry e WHERE e.capture_id = s.id) AS both_sides
  GROUP BY account HAVING sum(moved) <> 0) AS balances) AS booked ON true
JOIN LATERAL (
 SELECT s.returning_cents - s.returned_cents - coalesce(sum(amount_cents), 0)::bigint AS due
 FROM refund WHERE capture_id = s.id AND state = 'awaiting_approval') AS back ON true
WHERE booked.stands IS DISTINCT FROM jsonb_strip_nulls(jsonb_build_object('bank', -s.amount_cents,
 'refunded', nullif(s.returned_cents, 0), 'refund_due', nullif(back.due, 0),
 CASE WHEN s.state IN ('applied', 'held') THEN s.state ELSE 'nowhere' END,
 nullif(s.amount_cents - s.returned_cents - back.due, 0)))
ORDER BY s.id"""
_PAID_FACTS: Final = """SELECT o.booked_at, o.paid_at, o.paid_channel, a.acted_by, a.mandate_id
FROM payment_order o JOIN capture c ON c.order_id = o.id AND c.pays_order JOIN attempt a ON a.id = c.attempt_id
WHERE o.id = $1 AND o.booked_at IS NOT NULL"""
_OURS, _CASES = "payment-svc", "case-svc"


class PgDays:
    """Implements `application.parity_ports.OwnDay` and `PaidFacts`."""

    async def counted(self, uow: UnitOfWork, day: date) -> KeptTally | None:
        """What we published of it."""
        return (await kept_tallies(uow, day, [_OURS])).get(_OURS)

    async def heard(self, uow: UnitOfWork, day: date) -> KeptTally | None:
        """What case-svc published of it."""
        return (await kept_tallies(uow, day, [_CASES])).get(_CASES)

    async def members(self, uow: UnitOfWork, fact: str, hour: Hour) -> list[FactMember]:
        return [member async for member in _BY_NAME[fact].members(uow, hour)]

    async def out_of_balance(self, uow: UnitOfWork, hour: Hour) -> list[Found]:
        rows = await uow.read(OUT_OF_BALANCE, *hour.bounds)
        return [
            Found(
                Pair.BOOKS,
                hour,
                Apart(row["id"], {row["state"]: str(row["amount_cents"])}, _texts(row["stands"])),
                row["order_id"],
                row["case_id"],
            )
            for row in rows
        ]

    async def paid_facts(
        self, uow: UnitOfWork, order_id: UUID
    ) -> tuple[datetime, datetime, str, ActedBy | None] | None:
        row = await uow.read_row(_PAID_FACTS, order_id)
        if row is None:
            return None
        by = ActedBy.of(row["acted_by"], row["mandate_id"])
        return row["booked_at"], row["paid_at"], row["paid_channel"], by


def _texts(stands: dict[str, int]) -> dict[str, str]:
    """Where the money is by the ledger: without the world outside, which has it from all."""
    return {account: str(cents) for account, cents in stands.items() if account != "bank"}
