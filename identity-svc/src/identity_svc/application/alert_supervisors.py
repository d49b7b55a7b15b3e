"""A case was opened by an officer of another unit: those who supervise, and the applicant, are told."""

from chassis.db import UnitOfWork
from contracts.case import CaseOpenedByException

from .ports import Messages, Officers


class AlertSupervisors:
    def __init__(self, officers: Officers, messages: Messages) -> None:
        self._officers = officers
        self._messages = messages

    async def __call__(self, uow: UnitOfWork, opened: CaseOpenedByException) -> None:
        """Supervisors of the case's department, and of the officer's own; never the officer who did it."""
        facts = {
            "case_id": str(opened.case_id),
            "case_no": opened.case_no,
            "unit": opened.unit,
            "officer_unit": opened.officer_unit,
            "officer_id": str(opened.officer_id),
            "grant_id": str(opened.grant_id),
        }
        departments = {opened.department, opened.officer_department}
        for supervisor in await self._officers.supervisors_of(uow, departments):
            if supervisor != opened.officer_id:
                await self._messages.tell(uow, supervisor, "case_opened_by_exception", facts)
        await self._messages.tell(uow, opened.applicant_id, "my_case_opened_by_exception", facts)
