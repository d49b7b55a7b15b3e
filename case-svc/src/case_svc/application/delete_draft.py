"""A draft is its owner's to throw away; nothing of it stays."""

from uuid import UUID

from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from ..domain.errors import NotEditable
from ..domain.people import Applicant
from ..domain.states import State
from .desk import Desk

DELETE_FILE = "case.delete_file"


async def delete_draft(desk: Desk, uow: UnitOfWork, applicant: Applicant, case_id: UUID) -> None:
    case = await desk.own_case(uow, case_id, applicant)
    if case.state is not State.DRAFT:
        raise NotEditable(case.state)
    if applicant.actor is not None:  # nothing of the draft stays that could say so
        facts = {"case": str(case_id), "mandate": str(applicant.actor.mandate)}
        uow.audit("case.delete_for", actor=str(applicant.actor.sub), subject=str(applicant.id), facts=facts)
    for file_key in await desk.cases.delete_draft(uow, case):
        uow.enqueue(DELETE_FILE, file_key)


async def delete_file(desk: Desk, job: Job, begin: Begin) -> None:
    """The file goes after its row has gone, so that a rollback loses nothing."""
    await desk.files.delete(job.key)
    async with begin() as uow:
        await job.done(uow)
