"""A review belongs to evaluation-svc; that it was given is part of the case's story."""

from contracts.evaluation import ReviewSubmitted

from ..domain.case import Case, Circumstances, Note


def note_review(case: Case, around: Circumstances, review: ReviewSubmitted) -> Note:
    facts = {"review_id": str(review.review_id), "level": review.level}
    return Note(case.id, "reviewed_by_applicant", review.occurred_at, facts)
