"""Refunds: each is one capture, whole, under one number for ever."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork

from ..domain.captures import Why
from ..domain.errors import OrderChangedMeanwhile
from ..domain.money_records import BookedCapture, Refund, RefundState
from ..domain.payees import Payee
from ..domain.readings import RefundReading

_REFUND = """SELECT r.id, r.capture_id, r.order_id, r.amount_cents, r.why, r.state, r.requested_at,
 c.channel, a.payee, c.transaction_id, c.attempt_id, c.pays_order, c.amount_cents AS captured_cents
FROM refund r JOIN capture c ON c.id = r.capture_id JOIN attempt a ON a.id = c.attempt_id WHERE r.id = $1"""

_OWE_BACK = Statement(
    """INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at)
 SELECT $3, capture_id, $4, $5, $6, 'requested', $7::timestamptz FROM $entry""",
    due="UPDATE capture SET state = 'refund_due', why = $6 WHERE id = $1 AND state = $2::text RETURNING id",
    entry="""INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
 SELECT id, $2::text, 'refund_due', $5, $7::timestamptz FROM $due RETURNING capture_id""",
)
_NOTE = Statement(
    """UPDATE refund SET state = $2, provider_refund_id = COALESCE($3, provider_refund_id),
 provider_code = $4 WHERE id = $1 AND state <> 'succeeded'"""
)
_FINISH = """WITH ended AS (
 UPDATE refund SET state = 'succeeded', provider_refund_id = COALESCE($2, provider_refund_id),
  provider_code = NULL, done_at = $3 WHERE id = $1 AND state <> 'succeeded' RETURNING capture_id, amount_cents),
returned AS (
 UPDATE capture SET state = 'refunded' FROM ended WHERE id = ended.capture_id)
INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
 SELECT capture_id, 'refund_due', 'refunded', amount_cents, $4 FROM ended RETURNING id"""


class PgRefunds:
    """Implements `application.ports.Refunds`."""

    def owe_back(
        self, uow: UnitOfWork, order_id: UUID, capture: BookedCapture, refund_id: UUID, why: Why, at: datetime
    ) -> None:
        """The capture becomes due to be refunded, under one refund number for ever."""
        uow.write(
            _OWE_BACK, capture.id, capture.state, refund_id, order_id, capture.amount_cents, why, at,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order_id),
        )  # fmt: skip

    async def find(self, uow: UnitOfWork, refund_id: UUID) -> Refund | None:
        row = await uow.read_row(_REFUND, refund_id)
        return _refund_of(row) if row else None

    async def under_way(self, uow: UnitOfWork, order_id: UUID) -> list[UUID]:
        rows = await uow.read("SELECT id FROM refund WHERE order_id = $1 AND state <> 'succeeded'", order_id)
        return [row["id"] for row in rows]

    def note(
        self,
        uow: UnitOfWork,
        refund: Refund,
        state: RefundState,
        provider_refund_id: str | None,
        code: str | None,
    ) -> None:
        """The provider's latest word, short of success. A refund that succeeded stays so."""
        uow.write(_NOTE, refund.id, state, provider_refund_id, code)

    async def finish(self, uow: UnitOfWork, refund: Refund, reading: RefundReading, at: datetime) -> bool:
        """Ends it, its capture and its debt in the ledger; False when another did so before."""
        ended = await uow.fetchval(
            _FINISH, refund.id, reading.provider_refund_id, reading.done_at or at, at
        )  # fmt: skip
        return ended is not None


def _refund_of(row: Record) -> Refund:
    return Refund(
        id=row["id"],
        capture_id=row["capture_id"],
        order_id=row["order_id"],
        attempt_id=row["attempt_id"],
        channel=row["channel"],
        payee=Payee(row["payee"]),
        transaction_id=row["transaction_id"],
        amount_cents=row["amount_cents"],
        captured_cents=row["captured_cents"],
        pays_order=row["pays_order"],
        why=Why(row["why"]),
        state=RefundState(row["state"]),
        requested_at=row["requested_at"],
    )
