"""A review belongs to evaluation-svc; that it was given is part of the case's story."""

from chassis.db import UnitOfWork
from contracts.evaluation import ReviewSubmitted

from .desk import Desk


async def note_review(desk: Desk, uow: UnitOfWork, review: ReviewSubmitted) -> None:
    facts = {"review_id": str(review.review_id), "level": review.level}
    desk.history.note(uow, review.case_id, "reviewed_by_applicant", review.occurred_at, facts)
