"""The end of an account: asked for, waited for, closed, erased, reported."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from chassis.people import Outcome

from .export import PARTS


class ErasureState(StrEnum):
    WAITING = "waiting"
    """Its days to think it over; it can be cancelled."""
    CLOSING = "closing"
    """Nobody can log in; the last tokens run out, so that nothing new begins while it is erased."""
    ERASING = "erasing"
    """Erased here; the other services do their parts."""
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    """Something had come to stand in the way; its owner was told, and may ask again."""


OPEN = frozenset({ErasureState.WAITING, ErasureState.CLOSING, ErasureState.ERASING})


@dataclass(slots=True)
class Erasure:
    """`also`: accounts its owner had taken over when they came of age. `report`: by service, what became of it."""

    id: UUID
    account_id: UUID
    also: list[UUID]
    state: ErasureState
    requested_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    report: dict[str, list[Outcome]] = field(default_factory=dict)

    @property
    def accounts(self) -> list[UUID]:
        return [self.account_id, *self.also]


def in_order(report: dict[str, list[Outcome]]) -> list[tuple[str, list[Outcome]]]:
    """As people are shown the parts: the database keeps no order."""
    return [(name, report[name]) for name in PARTS if name in report]
