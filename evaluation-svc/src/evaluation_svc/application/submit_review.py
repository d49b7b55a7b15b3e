"""The applicant's one review of a case: stored, marked for the counts and told in one statement."""

from collections.abc import Sequence
from uuid import UUID

from chassis.clock import SHANGHAI, now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.evaluation import ReviewSubmitted

from evaluation_svc.domain.errors import AlreadyReviewed, NotInvited
from evaluation_svc.domain.levels import Indicator, Level
from evaluation_svc.domain.review import Review

from .invite_to_review import SUBMITTED
from .ports import Desk
from .record_event import own_entry


async def submit_review(
    desk: Desk,
    uow: UnitOfWork,
    applicant_id: UUID,
    case_id: UUID,
    level: Level,
    tags: Sequence[Indicator],
    text: str | None,
) -> Review:
    """Raises NotInvited; AlreadyReviewed, at the commit where another one came at the same moment."""
    invitation = await desk.reviews.invited(uow, case_id, applicant_id)
    if invitation is None:
        raise NotInvited()
    if invitation.reviewed_at is not None:
        raise AlreadyReviewed(await desk.reviews.of_case(uow, case_id, applicant_id))
    moment = now()
    review = Review(uuid7(), case_id, level, tuple(tags), text, moment)
    desk.reviews.submit(uow, applicant_id, review, moment.astimezone(SHANGHAI).date())
    submitted = ReviewSubmitted(
        case_id=case_id,
        item_code=invitation.item_code,
        department=invitation.department,
        unit=invitation.unit,
        occurred_at=moment,
        review_id=review.id,
        level=level.value,
        tags=tuple(tag.value for tag in tags),
        officer_id=invitation.officer_id,
    )
    event_id = uow.emit(submitted, version=SUBMITTED)
    await desk.history.append(uow, [own_entry(submitted, event_id, moment)])
    return review
