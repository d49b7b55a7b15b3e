"""What the use cases need from outside. `bootstrap.py` picks who provides it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from evaluation_svc.domain.levels import Indicator, Level
from evaluation_svc.domain.review import Invitation, Review

PublicGroup = Literal["unit", "item", "department"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event for the history. `body` is its JSON as it travelled."""

    occurred_at: datetime
    event_id: UUID
    type: str
    aggregate: str
    body: bytes


@dataclass(frozen=True, slots=True)
class OwnReview:
    """A review as its author sees it."""

    review: Review
    case_no: str
    item_code: str
    unit: str


@dataclass(frozen=True, slots=True)
class BatchReview:
    """A review as the judged unit sees it: no case, no person, no time."""

    level: Level
    tags: tuple[Indicator, ...]
    text: str | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each level was given to `key`: a unit, item, department or officer."""

    key: str
    department: str
    counts: dict[Level, int]


class History(Protocol):
    async def append(self, uow: UnitOfWork, entries: Sequence[Entry]) -> None: ...


class Reviews(Protocol):
    async def invite(self, uow: UnitOfWork, invitations: Sequence[Invitation]) -> set[UUID]: ...
    async def invited(self, uow: UnitOfWork, case_id: UUID, applicant_id: UUID) -> Invitation | None: ...
    def submit(self, uow: UnitOfWork, applicant_id: UUID, review: Review, day: date) -> None: ...
    async def of_case(self, uow: UnitOfWork, case_id: UUID, applicant_id: UUID) -> Review | None: ...
    async def of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> list[OwnReview]: ...
    async def open_invitations(
        self, uow: UnitOfWork, applicant_id: UUID, before: tuple[datetime, UUID], limit: int
    ) -> list[Invitation]: ...
    async def release(self, uow: UnitOfWork, moment: datetime) -> int: ...
    async def batches(
        self, uow: UnitOfWork, unit: str, before: UUID, limit: int, department: str | None
    ) -> list[tuple[UUID, datetime, list[BatchReview]]]: ...


class Statistics(Protocol):
    async def by(self, uow: UnitOfWork, group: PublicGroup, first: date, last: date) -> list[Tally]: ...
    async def by_officer(
        self, uow: UnitOfWork, first: date, last: date, *, department: str, unit: str | None
    ) -> list[Tally]: ...
    async def fold(self, uow: UnitOfWork) -> int: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What every use case works with, put together once in `bootstrap.py`."""

    history: History
    reviews: Reviews
    statistics: Statistics
