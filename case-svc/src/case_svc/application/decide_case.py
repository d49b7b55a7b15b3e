"""An officer approves their level, or denies the case with reason, legal basis and remedy."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.case import Circumstances, Moved
from ..domain.decisions import decide
from ..domain.errors import CaseChangedMeanwhile
from ..domain.people import Officer
from ..domain.remedy import remedy_text
from .desk import Desk
from .record_move import record


async def decide_case(
    desk: Desk,
    uow: UnitOfWork,
    officer: Officer,
    case_id: UUID,
    *,
    approve: bool,
    opinion: str | None,
    reason: str | None,
    legal_basis: str | None,
    version: int | None,
) -> tuple[Moved, Circumstances]:
    """`version` is the case as the officer saw it; with it nobody decides on something else."""
    case = await desk.officers_case(uow, case_id, officer)
    if version is not None and version != case.version:
        raise CaseChangedMeanwhile(case.state)
    around = await desk.around(uow, case)
    texts = {"opinion": opinion} if opinion else {}
    if not approve:
        remedy, remedy_en = remedy_text(around.item.definition.remedy)
        texts |= {
            "reason": reason or "", "legal_basis": legal_basis or "", "remedy": remedy, "remedy_en": remedy_en
        }  # fmt: skip
    moved = decide(case, officer, around, approve=approve, texts=texts)
    return await record(desk, uow, moved, around), around
