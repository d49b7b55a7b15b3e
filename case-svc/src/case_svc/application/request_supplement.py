"""An officer names everything that is lacking, at once (一次性告知)."""

from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain import acceptance
from ..domain.case import Circumstances, Moved
from ..domain.people import Officer
from .desk import Desk
from .record_move import record


async def request_supplement(
    desk: Desk,
    uow: UnitOfWork,
    officer: Officer,
    case_id: UUID,
    *,
    lacking: list[dict[str, Any]],
    reason: str | None,
) -> tuple[Moved, Circumstances]:
    """A second request needs a supervisor, and their reason: SupervisorNeeded."""
    case = await desk.officers_case(uow, case_id, officer)
    around = await desk.around(uow, case)
    moved = acceptance.request_supplement(case, officer, around, lacking=lacking, reason=reason)
    return await record(desk, uow, moved, around), around
