"""Something was done for somebody by somebody else: both are told (双方告知)."""

from chassis.db import UnitOfWork
from contracts.case import CaseSubmitted, CaseSupplemented, CaseWithdrawn

from .ports import Messages

CaseAct = CaseSubmitted | CaseSupplemented | CaseWithdrawn


class TellOfAct:
    """Most cases are their applicant's own doing: nothing comes of those."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def __call__(self, uow: UnitOfWork, act: CaseAct, what: str) -> None:
        if act.acted_by is None:
            return
        facts = {
            "case_id": str(act.case_id),
            "case_no": act.case_no,
            "mandate_id": str(act.mandate_id) if act.mandate_id else None,
        }
        await self._messages.tell(uow, act.applicant_id, f"{what}_for_you", facts)
        await self._messages.tell(uow, act.acted_by, f"{what}_by_you", facts)
