"""All that is kept of one who pays: handed out, and loosened from them once its time is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.people import NOBODY, Blocker, ExportPage, Outcome, Record, Rule, erased, kept

from ..domain.retention import ACTS, PAYMENTS, UNPAID
from .views import ORDER_VIEW

_PAGE: Final = 50
# One's own orders, and those of others one acted on: all in one order, so that one cursor does.
_IDS: Final = """(SELECT id FROM payment_order WHERE applicant_id = $1 AND ($2::uuid IS NULL OR id > $2)
 ORDER BY id LIMIT $3)
UNION (SELECT id FROM payment_order WHERE acted_by = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3)
UNION (SELECT DISTINCT order_id FROM attempt WHERE acted_by = $1 AND ($2::uuid IS NULL OR order_id > $2)
 ORDER BY order_id LIMIT $3) ORDER BY 1 LIMIT $3"""
_ORDERS: Final = f"{ORDER_VIEW} WHERE o.applicant_id = $1 AND o.id = ANY($2::uuid[]) ORDER BY o.id"
_ACTS: Final = """SELECT id AS order_id, case_id, 'opened' AS what, created_at AS at, acted_by, mandate_id
 FROM payment_order WHERE id = ANY($1::uuid[]) AND acted_by IS NOT NULL
UNION ALL SELECT a.order_id, o.case_id, 'asked_to_pay', a.created_at, a.acted_by, a.mandate_id
 FROM attempt a JOIN payment_order o ON o.id = a.order_id
 WHERE o.id = ANY($1::uuid[]) AND a.order_id = ANY($1::uuid[]) AND a.acted_by IS NOT NULL ORDER BY order_id, at"""

_RECEIPTS: Final = """SELECT order_id, kind, amount_cents, state, code, number, check_code, issued_at FROM receipt
 WHERE order_id = ANY($1::uuid[]) ORDER BY requested_at, id"""

_OPEN: Final = """SELECT d.case_no FROM case_due d JOIN payment_order o USING (case_id, kind)
 WHERE o.applicant_id = $1 AND (o.ended_at IS NULL AND o.paid_at IS NULL
   OR (SELECT count(*) FROM capture c WHERE c.order_id = o.id AND c.state IN ('held', 'refund_due')) > 0
   OR (SELECT count(*) FROM refund r WHERE r.order_id = o.id AND r.done_at IS NULL) > 0)
 ORDER BY d.case_no LIMIT 20"""
_ENDED: Final = "coalesce(ended_at, paid_at, created_at)"
_HAS_MONEY: Final = "EXISTS (SELECT FROM capture c WHERE c.order_id = o.id)"
# Still by an agent, where it was, and no longer by which.
_BY_NOBODY: Final = "acted_by = CASE WHEN acted_by IS NOT NULL THEN $2::uuid END, mandate_id = NULL"
_LOOSEN: Final = f"""UPDATE payment_order o SET applicant_id = $2, {_BY_NOBODY}
 WHERE applicant_id = $1 AND (ended_at IS NOT NULL OR paid_at IS NOT NULL)
   AND {_ENDED} < CASE WHEN {_HAS_MONEY} THEN $3::timestamptz ELSE $4::timestamptz END RETURNING id"""
_LOOSEN_ATTEMPTS: Final = f"UPDATE attempt SET {_BY_NOBODY} WHERE order_id = ANY($1::uuid[])"
_LOOSEN_DUES: Final = """UPDATE case_due SET applicant_id = $2 WHERE applicant_id = $1
 AND NOT EXISTS (SELECT FROM payment_order o WHERE o.case_id = case_due.case_id AND o.kind = case_due.kind
  AND o.applicant_id = $1)"""
_ACTED: Final = """SELECT EXISTS (SELECT FROM payment_order WHERE acted_by = $1)
 OR EXISTS (SELECT FROM attempt WHERE acted_by = $1)"""
_KEPT: Final = f"""SELECT {_HAS_MONEY} AS has_money, count(*) AS orders, min({_ENDED}) AS first
 FROM payment_order o WHERE applicant_id = $1 GROUP BY 1"""


class PaymentPeople:
    """Implements `chassis.people.PersonalData`."""

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        found = [row[0] for row in await uow.read(_IDS, account_id, after, _PAGE)]
        rows, acts = await uow.read(_ORDERS, account_id, found), await uow.read(_ACTS, found)
        receipts = await uow.read(_RECEIPTS, [row["id"] for row in rows])
        records = [
            Record(section="payments", title="缴费", title_en="Payments", data=_shown(row, acts, receipts))
            for row in rows
        ]
        records += [_done_for_another(act) for act in acts if act["acted_by"] == account_id]
        return ExportPage(records=records, next=found[-1] if len(found) == _PAGE else None)

    async def file(self, uow: UnitOfWork, account_id: UUID, file_id: str) -> bytes | None:
        return None

    async def blockers(self, uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
        return [
            Blocker(
                code="money-unsettled",
                zh=f"办件 {row['case_no']} 还有未结清的款项，请缴清，或等待订单关闭、退款完成。",
                en=f"Money of case {row['case_no']} is not settled: pay it, or wait until it is closed or refunded.",
            )
            for row in await uow.read(_OPEN, account_id)
        ]

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> list[Outcome]:
        """Nothing here names anybody: erasing is to forget whose it was."""
        free = await uow.fetch(_LOOSEN, account_id, NOBODY, _before(PAYMENTS), _before(UNPAID))
        await uow.execute(_LOOSEN_ATTEMPTS, [row["id"] for row in free], NOBODY)
        await uow.execute(_LOOSEN_DUES, account_id, NOBODY)
        outcomes = erased("保存期满的缴费与本人的关联", "Whose payments kept long enough were", len(free))
        for row in await uow.fetch(_KEPT, account_id):
            outcomes += kept(PAYMENTS if row["has_money"] else UNPAID, row["orders"], row["first"])
        # Not counted: they are looked for with the payments, not with whoever acted.
        return outcomes + kept(ACTS, None if await uow.fetchval(_ACTED, account_id) else 0, None)


def _before(rule: Rule) -> datetime:
    return rule.free_before(now())


def _shown(row: Any, acts: Sequence[Any], receipts: Sequence[Any]) -> dict[str, Any]:
    data = {name: value for name, value in row.items() if name != "applicant_id"}
    data["acted_by"] = [
        {name: act[name] for name in ("what", "at", "acted_by", "mandate_id")}
        for act in acts
        if act["order_id"] == row["id"]
    ]
    data["receipts"] = [
        {name: value for name, value in one.items() if name != "order_id"}
        for one in receipts
        if one["order_id"] == row["id"]
    ]
    return data


def _done_for_another(act: Any) -> Record:
    """What they did, and by which mandate; of the order, which is somebody else's, only which it was."""
    data = {name: act[name] for name in ("order_id", "case_id", "what", "at", "mandate_id")}
    return Record(section="acts", title="代他人缴费", title_en="Done for others", data=data)
