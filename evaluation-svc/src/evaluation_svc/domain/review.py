"""An invitation to review a case that ended (一事一评), and the review it leads to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .levels import Indicator, Level


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a review of this case is about. `officer_id` is who decided; None where nobody did."""

    case_id: UUID
    case_no: str
    applicant_id: UUID
    item_code: str
    item_version: int
    department: str
    unit: str
    officer_id: UUID | None
    outcome: str
    """`completed` or `denied`."""
    ended_at: datetime
    invited_at: datetime
    reviewed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """`text` in the applicant's own words, None where they left none. Times in UTC."""

    id: UUID
    case_id: UUID
    level: Level
    tags: tuple[Indicator, ...]
    text: str | None
    submitted_at: datetime
