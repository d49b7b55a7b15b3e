"""An officer takes the case in (受理): the promise starts to run."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain import acceptance
from ..domain.case import Circumstances, Moved
from ..domain.people import Officer
from .desk import Desk
from .record_move import record


async def accept_case(
    desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID
) -> tuple[Moved, Circumstances]:
    case = await desk.officers_case(uow, case_id, officer)
    around = await desk.around(uow, case)
    return await record(desk, uow, acceptance.accept(case, officer, around), around), around
