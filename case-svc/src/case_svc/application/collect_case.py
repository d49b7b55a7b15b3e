"""The applicant came for the result, or for a parcel that had been returned."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain import fulfilment
from ..domain.case import Circumstances, Moved
from ..domain.people import Officer
from .desk import Desk
from .record_move import record


async def collect_case(
    desk: Desk, uow: UnitOfWork, officer: Officer, case_id: UUID
) -> tuple[Moved, Circumstances]:
    case = await desk.officers_case(uow, case_id, officer)
    around = await desk.around(uow, case)
    return await record(desk, uow, fulfilment.collect(case, officer, around), around), around
