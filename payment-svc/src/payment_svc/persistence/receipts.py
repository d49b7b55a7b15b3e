"""Receipts. What must never be: two for one payment or refund (the key), red ones beyond the blue one (a check)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from chassis.db import Statement, UnitOfWork

from ..domain.captures import Why
from ..domain.errors import OrderChangedMeanwhile
from ..domain.receipts import DueReceipt, Issued, Kind, ReceiptState

# Who comes second finds it there, and fails by the order that was moved: that is known, and tried again.
_OWE_BLUE = Statement(
    """INSERT INTO receipt (id, order_id, kind, amount_cents, state, requested_at)
 VALUES ($1::uuid, $1::uuid, 'blue', $2::bigint, 'requested', $3::timestamptz) ON CONFLICT (id) DO NOTHING"""
)
# What was given back is counted on the blue one, whose check does not let it grow beyond what was paid.
_OWE_RED = Statement(
    """INSERT INTO receipt (id, order_id, kind, amount_cents, state, requested_at)
 SELECT $1::uuid, id, 'red', $3::bigint, 'requested', $4::timestamptz FROM $blue""",
    blue="""UPDATE receipt SET reversed_cents = reversed_cents + $3::bigint
 WHERE id = $2::uuid AND kind = 'blue' RETURNING id""",
)
_DUE = """SELECT r.id, r.order_id, o.case_id, r.kind, r.state, r.amount_cents, d.unit, d.item_code, o.purpose,
 o.paid_at, r.requested_at, blue.code AS blue_code, blue.number AS blue_number, f.why
FROM receipt r JOIN payment_order o ON o.id = r.order_id JOIN case_due d ON d.case_id = o.case_id AND d.kind = o.kind
LEFT JOIN receipt blue ON r.kind = 'red' AND blue.id = r.order_id LEFT JOIN refund f ON f.id = r.id WHERE r.id = $1"""
_KEEP = Statement(
    """UPDATE receipt SET state = 'issued', refusal = NULL, code = $2, number = $3, check_code = $4, issued_at = $5,
 seal = $6, seal_key_id = $7 WHERE id = $1 AND state <> 'issued'"""
)
_REFUSED = Statement("UPDATE receipt SET state = 'refused', refusal = $2 WHERE id = $1 AND state <> 'issued'")

_VIEW = """SELECT r.id, r.order_id, r.kind, r.state, r.amount_cents, r.reversed_cents, r.requested_at, r.code, r.number,
 r.check_code, r.issued_at, r.seal, r.seal_key_id, blue.code AS blue_code, blue.number AS blue_number,
 o.case_id, o.purpose, o.paid_at, o.paid_channel, o.applicant_id, d.case_no, d.item_code, d.unit, d.department, f.why,
 coalesce(u.name, d.unit) AS unit_name, coalesce(u.name_en, '') AS unit_name_en
FROM receipt r JOIN payment_order o ON o.id = r.order_id JOIN case_due d ON d.case_id = o.case_id AND d.kind = o.kind
LEFT JOIN receipt blue ON r.kind = 'red' AND blue.id = r.order_id LEFT JOIN refund f ON f.id = r.id
LEFT JOIN unit u ON u.code = d.unit"""
_OF_ORDER = f"{_VIEW} WHERE r.order_id = $1 ORDER BY r.requested_at, r.id"


class PgReceipts:
    """Implements `application.receipt_ports.Receipts` and `.ReceiptViews`."""

    def owe_blue(self, uow: UnitOfWork, order_id: UUID, amount_cents: int, at: datetime) -> None:
        uow.write(_OWE_BLUE, order_id, amount_cents, at)

    def owe_red(
        self, uow: UnitOfWork, refund_id: UUID, order_id: UUID, amount_cents: int, at: datetime
    ) -> None:
        uow.write(
            _OWE_RED, refund_id, order_id, amount_cents, at,
            rows=1, otherwise=lambda: OrderChangedMeanwhile(order_id),
        )  # fmt: skip

    async def due(self, uow: UnitOfWork, receipt_id: UUID) -> DueReceipt | None:
        row = await uow.read_row(_DUE, receipt_id)
        if row is None:
            return None
        facts = dict(row)
        blue = facts.pop("blue_code"), facts.pop("blue_number")
        why = facts.pop("why")
        facts |= {"kind": Kind(row["kind"]), "state": ReceiptState(row["state"])}
        return DueReceipt(**facts, blue=blue if blue[1] else None, why=Why(why) if why else None)

    def keep(self, uow: UnitOfWork, receipt_id: UUID, issued: Issued) -> None:
        """Fails the commit with LookupError where another run kept it before."""
        uow.write(
            _KEEP, receipt_id, issued.code, issued.number, issued.check_code, issued.issued_at, issued.seal,
            issued.seal_key_id, rows=1,
        )  # fmt: skip

    def note_refusal(self, uow: UnitOfWork, receipt_id: UUID, code: str) -> None:
        uow.write(_REFUSED, receipt_id, code)

    async def of_order(self, uow: UnitOfWork, order_id: UUID) -> Sequence[Record]:
        """The blue one first; an order has as many as refunds, and one."""
        return await uow.read(_OF_ORDER, order_id)

    async def one(self, uow: UnitOfWork, receipt_id: UUID) -> Record | None:
        return await uow.read_row(f"{_VIEW} WHERE r.id = $1", receipt_id)

    async def by_number(self, uow: UnitOfWork, code: str, number: str) -> Record | None:
        return await uow.read_row(f"{_VIEW} WHERE r.code = $1 AND r.number = $2", code, number)
