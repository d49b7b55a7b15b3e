"""All that is kept of one who pays: handed out."""

from typing import Any, Final
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import ExportPage, Record

from .views import ORDER_VIEW

_PAGE: Final = 50
_ORDERS: Final = f"""{ORDER_VIEW} WHERE o.applicant_id = $1 AND ($2::uuid IS NULL OR o.id > $2)
 ORDER BY o.id LIMIT $3"""


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


def _shown(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "applicant_id"}
