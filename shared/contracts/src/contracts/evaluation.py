"""Events of evaluation-svc (好差评)."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from . import topics
from .events import Event

SatisfactionLevel = Literal[
    "very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied"
]
"""非常满意, 满意, 基本满意, 不满意, 非常不满意: names, because two code directions exist."""


class _ReviewEvent(Event):
    TOPIC: ClassVar[str] = topics.EVALUATION_REVIEWS
    KEY: ClassVar[str] = "case_id"

    case_id: UUID
    item_code: str
    department: str
    unit: str
    occurred_at: datetime


class ReviewInvited(_ReviewEvent):
    TYPE: ClassVar[str] = "evaluation.review.invited"
    applicant_id: UUID


class ReviewSubmitted(_ReviewEvent):
    """The text stays in evaluation-svc; only the level and tags travel."""

    TYPE: ClassVar[str] = "evaluation.review.submitted"
    review_id: UUID
    level: SatisfactionLevel
    tags: tuple[str, ...] = ()
    officer_id: UUID | None = None
