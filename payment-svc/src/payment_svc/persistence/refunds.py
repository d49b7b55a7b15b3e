"""Refunds: each is one capture, whole, under one number for ever."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import UnitOfWork

from ..domain.captures import Account, Why
from ..domain.money_records import BookedCapture, Refund, RefundState
from ..domain.readings import RefundReading
from .ledger import enter

_REFUND = """SELECT r.id, r.capture_id, r.order_id, r.amount_cents, r.why, r.state, r.requested_at,
 c.channel, c.transaction_id, c.attempt_id, c.pays_order, c.amount_cents AS captured_cents
FROM refund r JOIN capture c ON c.id = r.capture_id WHERE r.id = $1"""


class PgRefunds:
    """Implements `application.ports.Refunds`."""

    async def owe_back(
        self, uow: UnitOfWork, order_id: UUID, capture: BookedCapture, refund_id: UUID, why: Why, at: datetime
    ) -> None:
        """The capture becomes due to be refunded, under one refund number for ever."""
        await uow.execute("UPDATE capture SET state = 'refund_due', why = $2 WHERE id = $1", capture.id, why)
        await enter(uow, capture.id, capture.state, Account.REFUND_DUE, capture.amount_cents, at)
        await uow.execute(
            "INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at)"
            " VALUES ($1, $2, $3, $4, $5, 'requested', $6)",
            refund_id, capture.id, order_id, capture.amount_cents, why, at,
        )  # fmt: skip

    async def find(self, uow: UnitOfWork, refund_id: UUID) -> Refund | None:
        row = await uow.fetchrow(_REFUND, refund_id)
        return _refund_of(row) if row else None

    async def under_way(self, uow: UnitOfWork, order_id: UUID) -> list[UUID]:
        rows = await uow.fetch("SELECT id FROM refund WHERE order_id = $1 AND state <> 'succeeded'", order_id)
        return [row["id"] for row in rows]

    async def note(
        self,
        uow: UnitOfWork,
        refund: Refund,
        state: RefundState,
        provider_refund_id: str | None,
        code: str | None,
    ) -> None:
        """The provider's latest word, short of success. A refund that succeeded stays so."""
        await uow.execute(
            "UPDATE refund SET state = $2, provider_refund_id = COALESCE($3, provider_refund_id),"
            " provider_code = $4 WHERE id = $1 AND state <> 'succeeded'",
            refund.id, state, provider_refund_id, code,
        )  # fmt: skip

    async def finish(self, uow: UnitOfWork, refund: Refund, reading: RefundReading, at: datetime) -> bool:
        """The money is back with the payer; False when that was known."""
        ended = await uow.fetchval(
            "UPDATE refund SET state = 'succeeded', provider_refund_id = COALESCE($2, provider_refund_id),"
            " provider_code = NULL, done_at = $3 WHERE id = $1 AND state <> 'succeeded' RETURNING id",
            refund.id, reading.provider_refund_id, reading.done_at or at,
        )  # fmt: skip
        if ended is None:
            return False
        await uow.execute("UPDATE capture SET state = 'refunded' WHERE id = $1", refund.capture_id)
        await enter(uow, refund.capture_id, Account.REFUND_DUE, Account.REFUNDED, refund.amount_cents, at)
        return True


def _refund_of(row: Record) -> Refund:
    return Refund(
        id=row["id"],
        capture_id=row["capture_id"],
        order_id=row["order_id"],
        attempt_id=row["attempt_id"],
        channel=row["channel"],
        transaction_id=row["transaction_id"],
        amount_cents=row["amount_cents"],
        captured_cents=row["captured_cents"],
        pays_order=row["pays_order"],
        why=Why(row["why"]),
        state=RefundState(row["state"]),
        requested_at=row["requested_at"],
    )
