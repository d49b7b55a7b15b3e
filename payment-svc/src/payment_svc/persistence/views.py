"""What the API shows: one statement a view, everything about an order in one row."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record
from chassis.db import UnitOfWork

from .bill_differences import LIVE
from .differences import RAISED

_ATTEMPTS = """SELECT jsonb_build_object('id', a.id, 'channel', a.channel, 'scene', a.scene,
 'payee', a.payee, 'state', a.state, 'link', a.link,
 'created_at', a.created_at) FROM attempt a WHERE a.order_id = o.id ORDER BY a.id"""
_REFUNDS_OF = """SELECT jsonb_build_object('id', r.id, 'amount_cents', r.amount_cents, 'why', r.why,
 'reason', r.reason, 'state', r.state, 'requested_at', r.requested_at, 'done_at', r.done_at)
 FROM refund r WHERE r.capture_id = c.id ORDER BY r.id"""
_CAPTURES = f"""SELECT jsonb_build_object('id', c.id, 'channel', c.channel,
 'transaction_id', c.transaction_id, 'amount_cents', c.amount_cents, 'paid_at', c.paid_at,
 'state', c.state, 'why', c.why, 'pays_order', c.pays_order,
 'refunds', ARRAY({_REFUNDS_OF}))
 FROM capture c WHERE c.order_id = o.id ORDER BY c.id"""
ORDER_VIEW = f"""SELECT o.id, o.case_id, o.kind, o.state, o.amount_cents, o.purpose, o.created_at, o.expires_at,
 o.paid_at, o.paid_channel, o.ended_at, o.pricing_problem, o.amount_source, o.applicant_id,
 d.case_no, d.item_code, d.unit, d.department,
 d.over_why, ARRAY({_ATTEMPTS}) AS attempts, ARRAY({_CAPTURES}) AS captures
FROM payment_order o JOIN case_due d ON d.case_id = o.case_id AND d.kind = o.kind"""

_REFUND = """SELECT r.id, r.order_id, o.case_id, d.case_no, r.amount_cents, r.why, r.reason, r.state, r.provider_code,
 r.requested_at, r.done_at, r.requested_by, r.decided_by, r.decided_at, d.unit, d.department, d.item_code,
 o.applicant_id, c.channel, c.transaction_id
FROM refund r JOIN capture c ON c.id = r.capture_id JOIN payment_order o ON o.id = r.order_id
JOIN case_due d ON d.case_id = o.case_id AND d.kind = o.kind"""

_HELD = """SELECT c.id, c.received_at, c.order_id, o.case_id, c.channel, c.transaction_id, c.amount_cents,
 o.amount_cents AS expected_cents, c.currency, c.merchant_id, c.why
FROM capture c JOIN payment_order o ON o.id = c.order_id
WHERE c.state = 'held' AND c.id > $1 ORDER BY c.id LIMIT $2"""

# One that waits for the provider's own word is nothing strange while the provider is being asked.
_STRANGE = """SELECT id, received_at, channel, notice_id, event, outcome FROM notice
WHERE outcome IN ('unmatched', 'contradiction', 'unreadable', 'unconfirmed')
 AND (outcome <> 'unconfirmed' OR received_at < now() - interval '2 minutes') AND id > $1 ORDER BY id LIMIT $2"""

_ABNORMAL = """SELECT r.id, r.requested_at, r.order_id, o.case_id, c.channel, c.transaction_id,
 r.amount_cents, r.why, r.provider_code
FROM refund r JOIN capture c ON c.id = r.capture_id JOIN payment_order o ON o.id = r.order_id
WHERE r.state = 'abnormal' AND r.id > $1 ORDER BY r.id LIMIT $2"""

_REFUSED_RECEIPTS = """SELECT r.id, r.requested_at, r.order_id, o.case_id, 'fiscal' AS channel, r.amount_cents,
 r.state AS outcome, r.refusal AS provider_code
FROM receipt r JOIN payment_order o ON o.id = r.order_id
WHERE r.state = 'refused' AND r.id > $1 ORDER BY r.id LIMIT $2"""

_BALANCES = """SELECT account, sum(moved)::bigint AS balance FROM (
 SELECT to_account AS account, amount_cents AS moved FROM ledger_entry
 UNION ALL SELECT from_account, -amount_cents FROM ledger_entry) AS both_sides GROUP BY account"""


_ANOMALIES = {
    "held": _HELD,
    "notice": _STRANGE,
    "refund": _ABNORMAL,
    "receipt": _REFUSED_RECEIPTS,
    "parity": RAISED,
    "bill": LIVE,
}


class PgViews:
    """Implements `application.ports.Views`."""

    async def order(self, uow: UnitOfWork, order_id: UUID) -> Record | None:
        return await uow.read_row(f"{ORDER_VIEW} WHERE o.id = $1", order_id)

    async def orders_of_case(self, uow: UnitOfWork, case_id: UUID) -> Sequence[Record]:
        """All of a case, newest first; a case has a handful at most."""
        return await uow.read(f"{ORDER_VIEW} WHERE o.case_id = $1 ORDER BY o.id DESC LIMIT 50", case_id)

    async def orders_of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> Sequence[Record]:
        """Newest first."""
        return await uow.read(
            f"{ORDER_VIEW} WHERE o.applicant_id = $1 AND o.id < $2 ORDER BY o.id DESC LIMIT $3",
            applicant_id,
            before,
            limit,
        )

    async def refunds(
        self,
        uow: UnitOfWork,
        before: UUID,
        limit: int,
        *,
        applicant_id: UUID | None = None,
        department: str | None = None,
        unit: str | None = None,
    ) -> Sequence[Record]:
        """Newest first: an applicant's, a department's (or of one `unit` of it), or all."""
        if applicant_id is not None:
            return await uow.read(
                f"{_REFUND} WHERE o.applicant_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3",
                applicant_id,
                before,
                limit,
            )
        if department is not None:
            return await uow.read(
                f"{_REFUND} WHERE d.department = $1 AND d.unit = coalesce($4, d.unit) AND r.id < $2"
                " ORDER BY r.id DESC LIMIT $3",
                department,
                before,
                limit,
                unit,
            )
        return await uow.read(f"{_REFUND} WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2", before, limit)

    async def refund(self, uow: UnitOfWork, refund_id: UUID) -> Record | None:
        return await uow.read_row(f"{_REFUND} WHERE r.id = $1", refund_id)

    async def refunds_waiting(
        self, uow: UnitOfWork, after: UUID, limit: int, department: str, unit: str | None
    ) -> Sequence[Record]:
        """Oldest first: those of a department (or of one `unit` of it) that await approval."""
        return await uow.read(
            f"{_REFUND} WHERE r.state = 'awaiting_approval' AND d.department = $1"
            " AND d.unit = coalesce($2, d.unit) AND r.id > $3 ORDER BY r.id LIMIT $4",
            department,
            unit,
            after,
            limit,
        )

    async def anomalies(self, uow: UnitOfWork, kind: str, after: UUID, limit: int) -> Sequence[Record]:
        """Oldest first; what each kind is, the API says."""
        return await uow.read(_ANOMALIES[kind], after, limit)

    async def balances(self, uow: UnitOfWork) -> dict[str, int]:
        """Of every account of the ledger, in fen; `bank` is negative: what came in."""
        return {row["account"]: row["balance"] for row in await uow.read(_BALANCES)}
