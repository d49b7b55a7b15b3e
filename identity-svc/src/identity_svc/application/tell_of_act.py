"""Something was done for somebody by somebody else: both are told (双方告知)."""

from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from .ports import Messages


class Act(Protocol):
    """What events of acts have in common; `applicant_id` may be missing only where nobody acted for them."""

    @property
    def case_id(self) -> UUID: ...
    @property
    def applicant_id(self) -> UUID | None: ...
    @property
    def acted_by(self) -> UUID | None: ...
    @property
    def mandate_id(self) -> UUID | None: ...


class TellOfAct:
    """Most of what comes here is the applicant's own doing: nothing comes of that."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def __call__(self, uow: UnitOfWork, act: Act, what: str) -> None:
        if act.acted_by is None or act.applicant_id is None:
            return
        facts = {
            "case_id": str(act.case_id),
            "case_no": getattr(act, "case_no", None),
            "mandate_id": str(act.mandate_id) if act.mandate_id else None,
            "agent_id": str(act.acted_by),
            "principal_id": str(act.applicant_id),
        }
        await self._messages.tell(uow, act.applicant_id, f"{what}_for_you", facts)
        await self._messages.tell(uow, act.acted_by, f"{what}_by_you", facts)
