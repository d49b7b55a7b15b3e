"""A case ended with a result, granted or denied: its applicant is invited to review how it was served.

A case that was never accepted, was withdrawn or lapsed unpaid has had no service to judge.
"""

from uuid import UUID

from chassis.clock import now
from chassis.messages import Received
from contracts.case import CaseCompleted, CaseDenied

from evaluation_svc.domain.review import Invitation

from .record_event import Recorded, record_event

INVITED = 1
SUBMITTED = 2
"""Versions of a case's review, as its events carry them."""


def invite_after_completion(event: Received[CaseCompleted]) -> Recorded:
    return record_event(event, _invitation(event.data, event.data.deciding_officer_id, "completed"))


def invite_after_denial(event: Received[CaseDenied]) -> Recorded:
    return record_event(event, _invitation(event.data, event.data.officer_id, "denied"))


def _invitation(case: CaseCompleted | CaseDenied, officer_id: UUID | None, outcome: str) -> Invitation:
    return Invitation(
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
        invited_at=now(),
    )
