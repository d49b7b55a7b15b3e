"""What goes in and out, as JSON."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from evaluation_svc.application.ports import BatchReview, OwnReview, Tally
from evaluation_svc.domain.levels import (
    CONTENT,
    LEVEL_NAMES,
    TAGS,
    Indicator,
    Level,
    satisfaction_rate,
)
from evaluation_svc.domain.review import Invitation, Review

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class ReviewIn(BaseModel):
    """一次评价 · `tags` are indicator codes, none twice; the same for every level."""

    model_config = ConfigDict(extra="forbid")

    case_id: UUID
    level: Level
    tags: Annotated[
        list[Indicator], Field(max_length=len(Indicator), json_schema_extra={"uniqueItems": True})
    ] = []
    text: Text | None = None

    @field_validator("tags")
    @classmethod
    def _none_twice(cls, tags: list[Indicator]) -> list[Indicator]:
        if len(set(tags)) != len(tags):
            raise ValueError("同一标签只能选一次 · a tag is given once")
        return tags

    @field_validator("text")
    @classmethod
    def _empty_is_none(cls, text: str | None) -> str | None:
        return text or None


class ReviewView(BaseModel):
    id: UUID
    case_id: UUID
    level: Level
    level_name: str
    level_name_en: str
    tags: list[Indicator]
    text: str | None
    submitted_at: datetime

    @classmethod
    def of(cls, review: Review) -> "ReviewView":
        return cls(**_review(review))


class OwnReviewView(ReviewView):
    case_no: str
    item_code: str
    unit: str

    @classmethod
    def of_own(cls, own: OwnReview) -> "OwnReviewView":
        return cls(**_review(own.review), case_no=own.case_no, item_code=own.item_code, unit=own.unit)


class InvitationView(BaseModel):
    """等待评价的办件 · a case that waits for its review."""

    case_id: UUID
    case_no: str
    item_code: str
    item_version: int
    department: str
    unit: str
    outcome: Literal["completed", "denied"]
    ended_at: datetime
    invited_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationView":
        return cls.model_validate(invitation, from_attributes=True)


class TagOption(BaseModel):
    code: Indicator
    name: str
    name_en: str


class LevelOption(BaseModel):
    """One level with how each indicator reads beside it."""

    level: Level
    name: str
    name_en: str
    satisfied: bool
    tags: list[TagOption]


class Totals(BaseModel):
    """`satisfaction_rate` is the share of the three content levels, 0 to 1; null where nobody voted."""

    total: int
    satisfaction_rate: float | None
    counts: dict[Level, int]

    @classmethod
    def over(cls, tallies: Sequence[Tally]) -> "Totals":
        return cls(**_totals({level: sum(tally.counts[level] for tally in tallies) for level in Level}))


class StatisticsRow(Totals):
    key: str = Field(description="单位、事项、警种或民警编号 · code of what was judged")
    department: str

    @classmethod
    def of(cls, tally: Tally) -> "StatisticsRow":
        return cls(key=tally.key, department=tally.department, **_totals(tally.counts))


class StatisticsView(BaseModel):
    """Both days included, Shanghai time. `overall` sums the rows."""

    group: Literal["unit", "item", "department", "officer"]
    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    overall: Totals
    rows: list[StatisticsRow]


class BatchReviewView(BaseModel):
    level: Level
    level_name: str
    tags: list[str]
    text: str | None

    @classmethod
    def of(cls, review: BatchReview) -> "BatchReviewView":
        return cls(
            level=review.level,
            level_name=LEVEL_NAMES[review.level][0],
            tags=[TAGS[review.level][tag][0] for tag in review.tags],
            text=review.text,
        )


class BatchView(BaseModel):
    """Five reviews or more, in no telling order."""

    id: UUID
    released_on: date
    reviews: list[BatchReviewView]


def level_options() -> list[LevelOption]:
    return [
        LevelOption(
            level=level,
            name=LEVEL_NAMES[level][0],
            name_en=LEVEL_NAMES[level][1],
            satisfied=level in CONTENT,
            tags=[
                TagOption(code=code, name=name, name_en=name_en)
                for code, (name, name_en) in TAGS[level].items()
            ],
        )
        for level in Level
    ]


def _totals(counts: dict[Level, int]) -> dict[str, Any]:
    total = sum(counts.values())
    return {"total": total, "satisfaction_rate": satisfaction_rate(counts), "counts": counts}


def _review(review: Review) -> dict[str, Any]:
    name, name_en = LEVEL_NAMES[review.level]
    return {
        "id": review.id,
        "case_id": review.case_id,
        "level": review.level,
        "level_name": name,
        "level_name_en": name_en,
        "tags": list(review.tags),
        "text": review.text,
        "submitted_at": review.submitted_at,
    }
