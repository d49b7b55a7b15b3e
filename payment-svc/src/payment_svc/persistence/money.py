"""Captures. Every change of a capture's state is one append-only ledger entry, in the same transaction."""

from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork
from chassis.ids import uuid7
from chassis.sealing import Sealer

from ..domain.captures import Account, Verdict
from ..domain.errors import OrderChangedMeanwhile
from ..domain.money_records import BookedCapture, NoticeRow, Settlement
from ..domain.orders import ActedBy, Order
from ..domain.readings import PaymentReading
from ..domain.transitions import State
from .notices import sealed_body
from .orders import ORDER, order_of

_FIND = f"""SELECT {ORDER},
 a.id AS attempt_id, a.acted_by AS attempt_by, a.mandate_id AS attempt_mandate,
 c.id AS capture_id, c.attempt_id AS capture_attempt_id, c.state AS capture_state,
 c.amount_cents AS capture_cents, c.currency AS capture_currency, c.merchant_id AS capture_merchant
FROM attempt a JOIN payment_order o ON o.id = a.order_id
LEFT JOIN capture c ON c.channel = a.channel AND c.transaction_id = $3
WHERE a.id = $1 AND a.channel = $2"""
_LOCK_ORDER = """SELECT o.id FROM attempt a JOIN payment_order o ON o.id = a.order_id
WHERE a.id = $1 AND a.channel = $2 FOR NO KEY UPDATE OF o"""

# One statement for everything a notice of a payment brings. It writes only while the order has the version that
# was judged, and only if the provider's transaction is new: one capture pays an order, whoever comes together.
# Held money moves nothing, yet takes the order's lock like all others.
_BOOK = Statement(
    """INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)
 SELECT id, 'bank', $11::text, $6::bigint, $10::timestamptz FROM $booked""",
    moved="""UPDATE payment_order SET state = $13::text, version = version + ($11::text <> 'held')::int,
  paid_at = CASE WHEN $11::text = 'applied' THEN $9::timestamptz ELSE paid_at END,
  paid_channel = CASE WHEN $11::text = 'applied' THEN $2::text ELSE paid_channel END,
  booked_at = CASE WHEN $11::text = 'applied' THEN $10::timestamptz ELSE booked_at END
 WHERE id = $5::uuid AND version = $14::int RETURNING id""",
    booked="""INSERT INTO capture (id, channel, transaction_id, attempt_id, order_id, amount_cents, currency,
  merchant_id, paid_at, received_at, pays_order, state, why, returning_cents)
 SELECT $1::uuid, $2::text, $3::text, $4::uuid, $5::uuid, $6::bigint, $7::text, $8::text, $9::timestamptz,
  $10::timestamptz, $11::text = 'applied', $11::text, $12::text,
  CASE WHEN $11::text = 'refund_due' THEN $6::bigint ELSE 0 END FROM $moved
 ON CONFLICT (channel, transaction_id) DO NOTHING RETURNING id""",
    tried="""UPDATE attempt SET state = 'succeeded', next_query_at = NULL
 WHERE id = $4::uuid AND $11::text <> 'held' AND EXISTS (SELECT FROM $booked)""",
    returned="""INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at)
 SELECT $15::uuid, id, $5::uuid, $6::bigint, $12::text, 'requested', $10::timestamptz FROM $booked
 WHERE $15::uuid IS NOT NULL""",
    noted="""INSERT INTO notice (id, channel, payee, notice_id, event, sealed_body, received_at, outcome, number,
  request_id)
 SELECT $16::uuid, $2::text, $17::text, $18::text, $19::text, $20::bytea, $10::timestamptz, $11::text, $21::text,
  $22::text FROM $booked
 WHERE $16::uuid IS NOT NULL
 ON CONFLICT (channel, notice_id) DO UPDATE SET outcome = excluded.outcome,
  copies = notice.copies + (excluded.id <> notice.id)::int
 WHERE notice.outcome IN ('unmatched', 'unconfirmed', 'unreadable')""",
)


class PgMoney:
    """Implements `application.ports.Money`."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    async def find_settlement(
        self,
        uow: UnitOfWork,
        channel: str,
        attempt_id: UUID,
        transaction_id: str | None,
        *,
        for_update: bool = False,
    ) -> Settlement | None:
        """The order behind an attempt, with what is booked; None when we made no such attempt on this channel.

        `for_update` locks the order first, so that nothing changes between this and the commit.
        """
        if for_update:
            await uow.fetchrow(_LOCK_ORDER, attempt_id, channel)
        row = await uow.read_row(_FIND, attempt_id, channel, transaction_id)
        if row is None:
            return None
        by = ActedBy.of(row["attempt_by"], row["attempt_mandate"])
        return Settlement(order_of(row), row["attempt_id"], _capture_in(row), by)

    def book(
        self, uow: UnitOfWork, settlement: Settlement, channel: str, reading: PaymentReading,
        verdict: Verdict, to: State, *, refund_id: UUID | None, notice: NoticeRow | None, at: datetime,
    ) -> None:  # fmt: skip
        """Books money that arrived, moves its order, and stores the notice that told of it, with the commit.

        OrderChangedMeanwhile when the order is not as in `settlement` any more, or the money is booked by now.
        """
        order = settlement.order
        uow.write(
            _BOOK,
            uuid7(), channel, reading.transaction_id, settlement.attempt_id, order.id,
            reading.amount_cents, reading.currency, reading.merchant_id, reading.paid_at or at, at,
            verdict.account, verdict.why, to, order.version, refund_id,
            *self._noted(notice),
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order.id),
        )  # fmt: skip

    def _noted(self, notice: NoticeRow | None) -> tuple[object, ...]:
        if notice is None:
            return (None,) * 7
        body = sealed_body(self._sealer, notice)
        return (
            notice.id,
            notice.payee,
            notice.notice_id,
            notice.event,
            body,
            notice.number,
            notice.request_id,
        )

    async def reverse(self, uow: UnitOfWork, capture: BookedCapture, at: datetime) -> None:
        """Takes back a held capture that the provider described wrongly; the ledger keeps both entries."""
        await _enter(uow, capture.id, Account.HELD, Account.BANK, capture.amount_cents, at)

    async def rebook(
        self,
        uow: UnitOfWork,
        capture: BookedCapture,
        channel: str,
        reading: PaymentReading,
        verdict: Verdict,
        at: datetime,
    ) -> None:
        """Gives a reversed capture the facts the provider's answer to our own query tells."""
        await uow.execute(
            "UPDATE capture SET amount_cents = $2, currency = $3, merchant_id = $4, state = $5, why = $6,"
            " pays_order = ($5 = 'applied') WHERE id = $1",
            capture.id, reading.amount_cents, reading.currency, reading.merchant_id,
            verdict.account, verdict.why,
        )  # fmt: skip
        await _enter(uow, capture.id, Account.BANK, verdict.account, reading.amount_cents, at)
        if verdict.account is not Account.HELD:
            await uow.execute(
                "UPDATE attempt SET state = 'succeeded', next_query_at = NULL WHERE id = $1",
                capture.attempt_id,
            )
        if verdict.account is Account.APPLIED:
            await uow.execute(
                "UPDATE payment_order SET paid_at = $3, paid_channel = $2, booked_at = $4"
                " FROM attempt a WHERE a.id = $1 AND payment_order.id = a.order_id",
                capture.attempt_id, channel, reading.paid_at or at, at,
            )  # fmt: skip

    async def applied_capture(self, uow: UnitOfWork, order_id: UUID) -> BookedCapture | None:
        row = await uow.read_row(
            "SELECT id, attempt_id, state, amount_cents, currency, merchant_id, returning_cents FROM capture"
            " WHERE order_id = $1 AND pays_order",
            order_id,
        )
        return _capture_of(row) if row else None

    async def lock_capture(self, uow: UnitOfWork, capture_id: UUID) -> tuple[Order, BookedCapture] | None:
        """A capture with its order, which is the row that is locked."""
        row = await uow.fetchrow(
            f"SELECT {ORDER} FROM capture c JOIN payment_order o ON o.id = c.order_id"
            " WHERE c.id = $1 FOR NO KEY UPDATE OF o",
            capture_id,
        )
        if row is None:
            return None
        # Read after the lock: the join above may have seen the capture as it was before we waited.
        capture = await uow.read_row(
            "SELECT id, attempt_id, state, amount_cents, currency, merchant_id, returning_cents"
            " FROM capture WHERE id = $1",
            capture_id,
        )
        assert capture is not None
        return order_of(row), _capture_of(capture)


async def _enter(
    uow: UnitOfWork, capture_id: UUID, origin: Account, to: Account, amount_cents: int, at: datetime
) -> None:
    await uow.execute(
        "INSERT INTO ledger_entry (capture_id, from_account, to_account, amount_cents, at)"
        " VALUES ($1, $2, $3, $4, $5)",
        capture_id, origin, to, amount_cents, at,
    )  # fmt: skip


def _capture_in(row: Record) -> BookedCapture | None:
    if row["capture_id"] is None:
        return None
    return BookedCapture(
        row["capture_id"],
        row["capture_attempt_id"],
        Account(row["capture_state"]),
        row["capture_cents"],
        row["capture_currency"],
        row["capture_merchant"],
    )


def _capture_of(row: Record) -> BookedCapture:
    return BookedCapture(
        row["id"],
        row["attempt_id"],
        Account(row["state"]),
        row["amount_cents"],
        row["currency"],
        row["merchant_id"],
        row["returning_cents"],
    )
