"""A case ended with a result, granted or denied: its applicant is invited to review how it was served.

A case that was never accepted, was withdrawn or lapsed unpaid has had no service to judge.
"""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.messages import Received
from contracts.case import CaseCompleted, CaseDenied
from contracts.evaluation import ReviewInvited

from evaluation_svc.domain.review import Invitation

from .ports import Desk
from .record_event import entry_of, own_entry

INVITED = 1
SUBMITTED = 2
"""Versions of a case's review, as its events carry them."""


async def invite_after_completion(desk: Desk, uow: UnitOfWork, event: Received[CaseCompleted]) -> None:
    await _invite(desk, uow, event, event.data.deciding_officer_id, "completed")


async def invite_after_denial(desk: Desk, uow: UnitOfWork, event: Received[CaseDenied]) -> None:
    await _invite(desk, uow, event, event.data.officer_id, "denied")


async def _invite(
    desk: Desk,
    uow: UnitOfWork,
    event: Received[CaseCompleted] | Received[CaseDenied],
    officer_id: UUID | None,
    outcome: str,
) -> None:
    case, moment, entries = event.data, now(), [entry_of(event)]
    invitation = Invitation(
        case_id=case.case_id,
        case_no=case.case_no,
        applicant_id=case.applicant_id,
        item_code=case.item_code,
        item_version=case.item_version,
        department=case.department,
        unit=case.unit,
        officer_id=officer_id,
        outcome=outcome,
        ended_at=case.occurred_at,
        invited_at=moment,
    )
    if await desk.reviews.invite(uow, invitation):
        invited = ReviewInvited(
            case_id=case.case_id,
            item_code=case.item_code,
            department=case.department,
            unit=case.unit,
            occurred_at=moment,
            applicant_id=case.applicant_id,
        )
        entries.append(own_entry(invited, uow.emit(invited, version=INVITED), moment))
    uow.gather(desk.history.append, *entries)
