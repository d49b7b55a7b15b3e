"""Orders, what cases owe, and the attempts to pay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork

from ..domain.errors import OrderChangedMeanwhile, PaymentRequestedTwice
from ..domain.orders import ActedBy, Debt, Opened, Order, facts_of
from ..domain.payees import Kind
from ..domain.transitions import LIVE, State

ORDER = """o.id, o.case_id, o.kind, o.applicant_id, o.purpose, o.state, o.version, o.amount_cents, o.amount_source,
 o.expires_at, o.acted_by, o.mandate_id"""
_LIVE = ", ".join(f"'{state}'" for state in sorted(LIVE))

_FIND = f"SELECT {ORDER} FROM payment_order o WHERE o.id = $1"

_DEBT = (
    "case_id", "kind", "case_no", "item_code", "applicant_id", "unit", "department", "purpose", "amount_source",
    "amount_cents",
)  # fmt: skip
_DEBT_VALUES = attrgetter(*_DEBT)
_OPENED_VALUES = attrgetter("at", "id", "state", "amount_cents", "expires_at")
# "debt" makes the orders depend on the rows they refer to; a case that asks again brings no second order.
_OPEN = Statement(
    """INSERT INTO payment_order
 (id, case_id, kind, applicant_id, purpose, state, version, amount_cents, amount_source, created_at, expires_at)
 SELECT new.id, case_id, kind, debt.applicant_id, debt.purpose, new.state, 1, new.amount_cents, debt.amount_source,
  debt.requested_at, new.expires_at
 FROM $debt AS debt JOIN unnest($1::uuid[], $2::text[], $12::uuid[], $13::text[], $14::bigint[], $15::timestamptz[])
  AS new (case_id, kind, id, state, amount_cents, expires_at) USING (case_id, kind)""",
    debt=f"""INSERT INTO case_due ({", ".join(_DEBT)}, requested_at)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
   $9::text[], $10::bigint[], $11::timestamptz[])
 ON CONFLICT (case_id, kind) DO NOTHING RETURNING case_id, kind, applicant_id, purpose, amount_source, requested_at""",
)
# Locks the debt: who ends it waits for us and finds the new order, or we wait and find it ended.
_REOPEN = """INSERT INTO payment_order
 (id, case_id, kind, applicant_id, purpose, state, version, amount_cents, amount_source, created_at, expires_at,
  acted_by, mandate_id)
 SELECT $2, case_id, kind, applicant_id, purpose, $3, 1, $4, amount_source, $5, $6, $7, $8 FROM case_due
 WHERE case_id = $1 AND kind = $9 AND over_at IS NULL FOR NO KEY UPDATE ON CONFLICT DO NOTHING RETURNING id"""
# Both who asks for postage and who hears that nothing is sent take the case's row here, so that one finds the other.
_MEET_PARCELS = """INSERT INTO parcel (case_id) SELECT one FROM unnest($1::uuid[]) AS wanted (one) ORDER BY one
 ON CONFLICT (case_id) DO UPDATE SET case_id = excluded.case_id RETURNING case_id, called_off_at"""
_CALL_OFF_PARCEL = """INSERT INTO parcel (case_id, called_off_at) VALUES ($1, $2)
 ON CONFLICT (case_id) DO UPDATE SET called_off_at = coalesce(parcel.called_off_at, excluded.called_off_at)"""
_MOVE = Statement(
    """UPDATE payment_order SET state = $2, version = version + 1, ended_at = COALESCE($3, ended_at)
 WHERE id = $1 AND version = $4"""
)
_PRICE = Statement(
    """UPDATE payment_order SET state = $2, version = version + 1, amount_cents = $3, expires_at = $4,
 pricing_problem = NULL WHERE id = $1 AND version = $5"""
)
_NOTE_PROBLEM = Statement("UPDATE payment_order SET pricing_problem = $2 WHERE id = $1 AND state = 'pricing'")


class PgOrders:
    """Implements `application.ports.Orders`; stateless, the unit of work comes with each call."""

    def add(self, uow: UnitOfWork, first: Sequence[tuple[Debt, Opened]]) -> None:
        """Stores what cases owe and their first orders; PaymentRequestedTwice where one had asked before."""
        rows = [(*_DEBT_VALUES(debt), *_OPENED_VALUES(opened)) for debt, opened in first]
        uow.write(
            _OPEN, *map(list, zip(*rows, strict=True)),
            rows=len(rows), otherwise=lambda: PaymentRequestedTwice(first[0][0].case_id),
        )  # fmt: skip

    async def add_again(self, uow: UnitOfWork, case_id: UUID, kind: Kind, opened: Opened) -> bool:
        """A further order for a case; False while another one is live, or when nothing is owed any more."""
        made = await uow.fetchval(
            _REOPEN, case_id, opened.id, opened.state, opened.amount_cents, opened.at, opened.expires_at,
            *facts_of(opened.by).values(), kind,
        )  # fmt: skip
        return made is not None

    async def debt(self, uow: UnitOfWork, case_id: UUID, kind: Kind) -> tuple[Debt, bool] | None:
        """What the case owes of this kind, and whether that is over; its row is held, so that both stay true."""
        row = await uow.fetchrow(
            f"SELECT {', '.join(_DEBT)}, over_at IS NOT NULL AS over FROM case_due WHERE case_id = $1 AND kind = $2"
            " FOR NO KEY UPDATE",
            case_id,
            kind,
        )
        if row is None:
            return None
        facts = {name: row[name] for name in _DEBT}
        return Debt(**facts | {"kind": kind}), row["over"]

    async def reprice_debt(self, uow: UnitOfWork, case_id: UUID, kind: Kind, cents: int) -> bool:
        """False where nothing of this kind is owed, or that sum already."""
        changed = await uow.fetchval(
            "UPDATE case_due SET amount_cents = $3 WHERE case_id = $1 AND kind = $2 AND over_at IS NULL"
            " AND amount_cents <> $3 RETURNING true",
            case_id,
            kind,
            cents,
        )
        return changed is not None

    async def end_debts(
        self, uow: UnitOfWork, case_id: UUID, kinds: Sequence[Kind], why: str, at: datetime
    ) -> None:
        await uow.execute(
            "UPDATE case_due SET over_at = $3, over_why = $4"
            " WHERE case_id = $1 AND kind = ANY($2::text[]) AND over_at IS NULL",
            case_id,
            list(kinds),
            at,
            why,
        )

    async def parcels_called_off(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> set[UUID]:
        """Of these cases, those whose parcel is not sent after all; whoever calls one off now waits for the commit."""
        rows = await uow.fetch(_MEET_PARCELS, list(set(case_ids)))
        return {row["case_id"] for row in rows if row["called_off_at"] is not None}

    async def call_off_parcel(self, uow: UnitOfWork, case_id: UUID, at: datetime) -> None:
        """Remembers it, for a case whose postage is asked for later; waits for one that is asked for now."""
        await uow.execute(_CALL_OFF_PARCEL, case_id, at)

    async def find(self, uow: UnitOfWork, order_id: UUID) -> Order | None:
        """As it is now, nothing held."""
        row = await uow.read_row(_FIND, order_id)
        return order_of(row) if row else None

    async def lock(self, uow: UnitOfWork, order_id: UUID) -> Order | None:
        row = await uow.fetchrow(f"{_FIND} FOR NO KEY UPDATE", order_id)
        return order_of(row) if row else None

    async def lock_live(self, uow: UnitOfWork, case_id: UUID, kind: Kind) -> Order | None:
        """The one order of this kind that is not at its end."""
        row = await uow.fetchrow(
            f"SELECT {ORDER} FROM payment_order o WHERE o.case_id = $1 AND o.kind = $2 AND o.state IN ({_LIVE})"
            " FOR NO KEY UPDATE",
            case_id,
            kind,
        )
        return order_of(row) if row else None

    def move(self, uow: UnitOfWork, order: Order, to: State, *, ended_at: datetime | None = None) -> int:
        """Writes the new state with the commit and returns the new version; OrderChangedMeanwhile."""
        uow.write(
            _MOVE, order.id, to, ended_at, order.version,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order.id),
        )  # fmt: skip
        return order.version + 1

    def price(self, uow: UnitOfWork, order: Order, opened: Opened) -> int:
        """Like `move`, to what the issuing system named."""
        uow.write(
            _PRICE, order.id, opened.state, opened.amount_cents, opened.expires_at, order.version,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order.id),
        )  # fmt: skip
        return order.version + 1

    def note_pricing_problem(self, uow: UnitOfWork, order: Order, problem: str) -> None:
        uow.write(_NOTE_PROBLEM, order.id, problem)

    async def take_expired(self, uow: UnitOfWork, limit: int) -> Sequence[UUID]:
        """Moves open orders past their time to `expiring`; each is seen by one caller only."""
        rows = await uow.fetch(
            "UPDATE payment_order SET state = 'expiring', version = version + 1 WHERE id IN (SELECT id"
            " FROM payment_order WHERE state = 'open' AND expires_at <= now() ORDER BY expires_at LIMIT $1"
            " FOR NO KEY UPDATE SKIP LOCKED) RETURNING id",
            limit,
        )
        return [row["id"] for row in rows]

    async def may_check(self, uow: UnitOfWork, order_id: UUID, every: timedelta) -> bool:
        """Notes a check with the provider; False when the last one is younger than `every`."""
        noted = await uow.fetchval(
            "UPDATE payment_order SET checked_at = now() WHERE id = $1"
            " AND (checked_at IS NULL OR checked_at <= now() - $2::interval) RETURNING id",
            order_id,
            every,
        )
        return noted is not None


def order_of(row: Record) -> Order:
    return Order(
        id=row["id"],
        case_id=row["case_id"],
        kind=Kind(row["kind"]),
        applicant_id=row["applicant_id"],
        purpose=row["purpose"],
        state=State(row["state"]),
        version=row["version"],
        amount_cents=row["amount_cents"],
        amount_source=row["amount_source"],
        expires_at=row["expires_at"],
        by=ActedBy.of(row["acted_by"], row["mandate_id"]),
    )
