"""An officer does not take the case in (不予受理), with reason, legal basis and remedy."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain import acceptance
from ..domain.case import Circumstances, Moved
from ..domain.people import Officer
from ..domain.remedy import remedy_text
from .desk import Desk
from .record_move import record


async def reject_case(
    desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID, *, reason: str, legal_basis: str | None
) -> tuple[Moved, Circumstances]:
    case = await desk.officers_case(uow, case_id, officer)
    around = await desk.around(uow, case)
    remedy, remedy_en = remedy_text(around.item.definition.remedy)
    texts = {"reason": reason, "legal_basis": legal_basis, "remedy": remedy, "remedy_en": remedy_en}
    return await record(desk, uow, acceptance.reject(case, officer, around, texts=texts), around), around
