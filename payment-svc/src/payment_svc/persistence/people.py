"""All that is kept of one who pays: handed out, and loosened from them once its time is over."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.people import NOBODY, Blocker, ExportPage, Outcome, Record, Rule, erased, kept

from ..domain.retention import PAYMENTS, UNPAID
from .views import ORDER_VIEW

_PAGE: Final = 50
_ORDERS: Final = f"""{ORDER_VIEW} WHERE o.applicant_id = $1 AND ($2::uuid IS NULL OR o.id > $2)
 ORDER BY o.id LIMIT $3"""

_OPEN: Final = """SELECT d.case_no FROM case_due d JOIN payment_order o USING (case_id)
 WHERE o.applicant_id = $1 AND (o.ended_at IS NULL AND o.paid_at IS NULL
   OR (SELECT count(*) FROM capture c WHERE c.order_id = o.id AND c.state IN ('held', 'refund_due')) > 0
   OR (SELECT count(*) FROM refund r WHERE r.order_id = o.id AND r.done_at IS NULL) > 0)
 ORDER BY d.case_no LIMIT 20"""
_ENDED: Final = "coalesce(ended_at, paid_at, created_at)"
_HAS_MONEY: Final = "EXISTS (SELECT FROM capture c WHERE c.order_id = o.id)"
_LOOSEN: Final = f"""UPDATE payment_order o SET applicant_id = $2
 WHERE applicant_id = $1 AND (ended_at IS NOT NULL OR paid_at IS NOT NULL)
   AND {_ENDED} < CASE WHEN {_HAS_MONEY} THEN $3::timestamptz ELSE $4::timestamptz END RETURNING case_id"""
_LOOSEN_DUES: Final = """UPDATE case_due SET applicant_id = $2 WHERE applicant_id = $1
 AND NOT EXISTS (SELECT FROM payment_order o WHERE o.case_id = case_due.case_id AND o.applicant_id = $1)"""
_KEPT: Final = f"""SELECT {_HAS_MONEY} AS has_money, count(*) AS orders, min({_ENDED}) AS first
 FROM payment_order o WHERE applicant_id = $1 GROUP BY 1"""


class PaymentPeople:
    """Implements `chassis.people.PersonalData`."""

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        rows = await uow.read(_ORDERS, account_id, after, _PAGE)
        records = [
            Record(section="payments", title="缴费", title_en="Payments", data=_shown(row)) for row in rows
        ]
        return ExportPage(records=records, next=rows[-1]["id"] if len(rows) == _PAGE else None)

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
        await uow.execute(_LOOSEN_DUES, account_id, NOBODY)
        outcomes = erased("保存期满的缴费与本人的关联", "Whose payments kept long enough were", len(free))
        for row in await uow.fetch(_KEPT, account_id):
            outcomes += kept(PAYMENTS if row["has_money"] else UNPAID, row["orders"], row["first"])
        return outcomes


def _before(rule: Rule) -> datetime:
    return rule.free_before(now())


def _shown(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "applicant_id"}
