"""What people do with a parcel: kept beside it, so that a new address has an author."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

What = Literal["address_changed", "sent_again", "label_printed", "claimed", "reissued"]


@dataclass(frozen=True, slots=True)
class Doer:
    """An officer of the unit, or the account `acted_by` for the applicant by `mandate_id`; neither: the applicant."""

    officer_id: UUID | None = None
    acted_by: UUID | None = None
    mandate_id: UUID | None = None

    @property
    def who(self) -> Literal["officer", "agent", "applicant"]:
        if self.officer_id is not None:
            return "officer"
        return "agent" if self.acted_by is not None else "applicant"


@dataclass(frozen=True, slots=True)
class Act:
    id: UUID
    shipment_id: UUID
    what: What
    at: datetime
    by: Doer
