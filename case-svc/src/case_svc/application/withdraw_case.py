"""The applicant gives up, before production starts; payment-svc closes or refunds."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain import acceptance
from ..domain.case import Circumstances, Moved
from ..domain.people import Applicant
from .desk import Desk
from .note_hand import note_hand
from .record_move import record


async def withdraw_case(
    desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID, *, reason: str | None
) -> tuple[Moved, Circumstances]:
    case = await desk.own_case(uow, case_id, applicant)
    around = await desk.around(uow, case)
    moved = acceptance.withdraw(case, around, applicant.mover, reason=reason)
    note_hand(desk, uow, applicant, case_id, "withdrawn")
    return await record(desk, uow, moved, around), around
