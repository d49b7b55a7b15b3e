"""An export: all that the platform keeps of a person, put together part by part."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

KEPT: Final = timedelta(days=7)
"""So long it can be downloaded; then it is gone."""
TRIES: Final = 6
"""So often a part that does not answer is asked, over some two minutes, before the export goes out without it."""
PARTS: Final[dict[str, tuple[str, str]]] = {
    "identity-svc": ("账号与登录", "Account and log-ins"),
    "case-svc": ("办件", "Cases"),
    "payment-svc": ("缴费", "Payments"),
    "courier-svc": ("寄递", "Parcels"),
    "evaluation-svc": ("评价", "Reviews"),
}
"""In the order in which they are asked, and as people call them."""


class ExportState(StrEnum):
    PREPARING = "preparing"
    READY = "ready"


class PartState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    UNAVAILABLE = "unavailable"


@dataclass(slots=True)
class Part:
    state: PartState = PartState.WAITING
    records: int = 0
    files: int = 0

    def document(self) -> dict[str, Any]:
        return {"state": self.state, "records": self.records, "files": self.files}


@dataclass(slots=True)
class Export:
    id: UUID
    account_id: UUID
    state: ExportState
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        return any(part.state is PartState.UNAVAILABLE for part in self.parts.values())
