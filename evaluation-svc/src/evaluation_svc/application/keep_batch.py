"""What a batch of events leaves here: its invitations in one statement, its history in another."""

from chassis.db import UnitOfWork
from chassis.telemetry import context
from contracts.evaluation import ReviewInvited

from evaluation_svc.domain.review import Invitation

from .invite_to_review import INVITED
from .ports import Desk, Entry
from .record_event import Recorded, own_entry


async def keep_batch(desk: Desk, uow: UnitOfWork, recorded: list[Recorded]) -> None:
    """A case that was invited before, in this batch or another, is not invited again."""
    entries = [one.entry for one in recorded]
    inviting = [(one.invitation, one.work) for one in recorded if one.invitation is not None]
    new = await desk.reviews.invite(uow, [invitation for invitation, _ in inviting]) if inviting else set()
    for invitation, work in inviting:
        if invitation.case_id in new:
            new.remove(invitation.case_id)
            with context.within(work):
                entries.append(_tell(uow, invitation))
    await desk.history.append(uow, entries)


def _tell(uow: UnitOfWork, invitation: Invitation) -> Entry:
    invited = ReviewInvited(
        case_id=invitation.case_id,
        item_code=invitation.item_code,
        department=invitation.department,
        unit=invitation.unit,
        occurred_at=invitation.invited_at,
        applicant_id=invitation.applicant_id,
    )
    return own_entry(invited, uow.emit(invited, version=INVITED), invitation.invited_at)
