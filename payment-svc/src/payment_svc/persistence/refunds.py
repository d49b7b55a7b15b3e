"""Refunds: each of one capture, or a part of it, under one number for ever."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork

from ..domain.captures import Why
from ..domain.errors import OrderChangedMeanwhile
from ..domain.money_records import BookedCapture, Refund, RefundDue, RefundState
from ..domain.payees import Payee
from ..domain.readings import RefundReading

_COLUMNS = """r.id, r.capture_id, r.order_id, r.amount_cents, r.why, r.state, r.requested_at, r.requested_by,
 c.channel, a.payee, c.transaction_id, c.attempt_id, c.pays_order, c.amount_cents AS captured_cents
FROM refund r JOIN capture c ON c.id = r.capture_id JOIN attempt a ON a.id = c.attempt_id"""
_REFUND = f"SELECT {_COLUMNS} WHERE r.id = $1"
_WAITING = f"""SELECT {_COLUMNS} WHERE r.order_id = $1 AND r.state = 'awaiting_approval' AND c.pays_order
ORDER BY r.id"""
_WAITING_OF = f"SELECT {_COLUMNS} WHERE r.capture_id = $1 AND r.state = 'awaiting_approval' ORDER BY r.id"

# What goes back of a capture is set aside in the row, so that two refunds never exceed it, whoever comes together.
# A capture of which all goes back leaves its account; of which a part goes, only the ledger moves.
_OWE_BACK = Statement(
    """INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at, reason, requested_by)
 SELECT $3, capture_id, $4, $5, $6, 'requested', $7::timestamptz, $8, $9 FROM $entry""",
    due="""UPDATE capture SET returning_cents = returning_cents + $5, why = CASE
   WHEN returning_cents + $5 = amount_cents THEN $6 ELSE why END, state = CASE
   WHEN returning_cents + $5 = amount_cents THEN 'refund_due' ELSE state END
  WHERE id = $1 AND state = $2::text AND returning_cents + $5 <= amount_cents RETURNING id""",
    entry="""INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
 SELECT id, $2::text, 'refund_due', $5, $7::timestamptz FROM $due RETURNING capture_id""",
)
_SET_ASIDE = Statement(
    """INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at, reason, requested_by)
 SELECT $3, id, $4, $5, $6, 'awaiting_approval', $7::timestamptz, $8, $9 FROM $due""",
    due="""UPDATE capture SET returning_cents = returning_cents + $5
  WHERE id = $1 AND state = $2::text AND returning_cents + $5 <= amount_cents RETURNING id""",
)
_APPROVE = Statement(
    """UPDATE capture SET why = CASE WHEN all_of_it THEN $4 ELSE why END,
 state = CASE WHEN all_of_it THEN 'refund_due' ELSE state END
 FROM (SELECT e.capture_id, NOT EXISTS (SELECT FROM refund w WHERE w.capture_id = e.capture_id AND w.id <> $1
   AND w.state = 'awaiting_approval') AND c.returning_cents = c.amount_cents AS all_of_it
  FROM $entry e JOIN capture c ON c.id = e.capture_id) AS now_due WHERE id = now_due.capture_id""",
    ended="""UPDATE refund SET state = 'requested', decided_by = $2, decided_at = $3::timestamptz
  WHERE id = $1 AND state = 'awaiting_approval' RETURNING capture_id, amount_cents""",
    entry="""INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
 SELECT e.capture_id, CASE WHEN c.pays_order THEN 'applied' ELSE 'held' END, 'refund_due', e.amount_cents,
  $3::timestamptz FROM $ended e JOIN capture c ON c.id = e.capture_id RETURNING capture_id""",
)
_DECLINE = Statement(
    """UPDATE capture SET returning_cents = returning_cents - ended.amount_cents FROM $ended AS ended
 WHERE capture.id = ended.capture_id""",
    ended="""UPDATE refund SET state = 'declined', decided_by = $2, decided_at = $3::timestamptz
  WHERE id = $1 AND state = 'awaiting_approval' RETURNING capture_id, amount_cents""",
)
_NOTE = Statement(
    """UPDATE refund SET state = $2, provider_refund_id = COALESCE($3, provider_refund_id),
 provider_code = $4 WHERE id = $1 AND state <> 'succeeded'"""
)
_FINISH = """WITH ended AS (
 UPDATE refund SET state = 'succeeded', provider_refund_id = COALESCE($2, provider_refund_id),
  provider_code = NULL, done_at = $3 WHERE id = $1 AND state <> 'succeeded' RETURNING capture_id, amount_cents),
returned AS (
 UPDATE capture SET returned_cents = returned_cents + ended.amount_cents, state = CASE
   WHEN returned_cents + ended.amount_cents = capture.amount_cents THEN 'refunded' ELSE state END
 FROM ended WHERE id = ended.capture_id
 RETURNING id, ended.amount_cents, returned_cents = capture.amount_cents AS all_of_it),
entry AS (
 INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
 SELECT id, 'refund_due', 'refunded', amount_cents, $4 FROM returned)
SELECT all_of_it FROM returned"""


class PgRefunds:
    """Implements `application.ports.Refunds`."""

    def owe_back(
        self, uow: UnitOfWork, order_id: UUID, capture: BookedCapture, due: RefundDue, at: datetime
    ) -> None:
        """So much of the capture becomes due to be refunded, under one refund number for ever."""
        self._set_aside(_OWE_BACK, uow, order_id, capture, due, at)

    def wait_for_approval(
        self, uow: UnitOfWork, order_id: UUID, capture: BookedCapture, due: RefundDue, at: datetime
    ) -> None:
        """So much of the capture is set aside, until somebody else decides."""
        self._set_aside(_SET_ASIDE, uow, order_id, capture, due, at)

    def _set_aside(
        self,
        statement: Statement,
        uow: UnitOfWork,
        order_id: UUID,
        capture: BookedCapture,
        due: RefundDue,
        at: datetime,
    ) -> None:
        uow.write(
            statement, capture.id, capture.state, due.refund_id, order_id, due.amount_cents, due.why, at,
            due.reason, due.requested_by,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order_id),
        )  # fmt: skip

    def approve(self, uow: UnitOfWork, refund: Refund, by: UUID | None, at: datetime) -> None:
        """`by` None: the case ended, and everything goes back."""
        uow.write(
            _APPROVE, refund.id, by, at, refund.why,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(refund.order_id),
        )  # fmt: skip

    def decline(self, uow: UnitOfWork, refund: Refund, by: UUID | None, at: datetime) -> None:
        """`by` None: the money is not what was asked about any more."""
        uow.write(
            _DECLINE, refund.id, by, at,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(refund.order_id),
        )  # fmt: skip

    async def find(self, uow: UnitOfWork, refund_id: UUID) -> Refund | None:
        row = await uow.read_row(_REFUND, refund_id)
        return _refund_of(row) if row else None

    async def waiting(self, uow: UnitOfWork, order_id: UUID) -> Sequence[Refund]:
        """Those that await approval, of what paid an order."""
        return [_refund_of(row) for row in await uow.read(_WAITING, order_id)]

    async def waiting_of(self, uow: UnitOfWork, capture_id: UUID) -> Sequence[Refund]:
        return [_refund_of(row) for row in await uow.read(_WAITING_OF, capture_id)]

    async def under_way(self, uow: UnitOfWork, order_id: UUID) -> list[UUID]:
        rows = await uow.read(
            "SELECT id FROM refund WHERE order_id = $1 AND state IN ('requested', 'processing', 'abnormal')",
            order_id,
        )
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

    async def finish(
        self, uow: UnitOfWork, refund: Refund, reading: RefundReading, at: datetime
    ) -> bool | None:
        """Ends it and its debt in the ledger: whether all of its capture is back; None when another did so before."""
        all_of_it: bool | None = await uow.fetchval(
            _FINISH, refund.id, reading.provider_refund_id, reading.done_at or at, at
        )  # fmt: skip
        return all_of_it


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
        requested_by=row["requested_by"],
    )
