"""What the courier's word about a parcel means, given what is already known. Rules, not guesses.

Scans are repeated, forgotten and overtake each other; every one is kept, and each gets a verdict.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from .shipment import Shipment
from .transitions import Edge, Move, State, path

_ENDS: Final = {State.DELIVERED: Move.DELIVERED, State.RETURNED: Move.CAME_BACK}


@dataclass(frozen=True, slots=True)
class Report:
    """One scan as a courier tells it, by push or when asked.

    `event_id` is the same in every repeat, by push or query. `order_no` is empty where the courier named only its
    waybill. `move` is what its code means to us; None when we do not know the code: then the parcel is moving at
    most, never delivered.
    `body` is the report as it came; it may name people, so it is sealed before it is stored.
    """

    courier: str
    event_id: str
    order_no: str
    waybill_no: str | None
    code: str
    move: Move | None
    occurred_at: datetime
    body: bytes
    request_id: str | None = None
    """Of the push that brought it."""


class Verdict(StrEnum):
    APPLIED = "applied"
    RECORDED = "recorded"
    """True, but it moves nothing: older than what we know, or a code without meaning to us."""
    CONTRADICTION = "contradiction"
    """Cannot be true together with what we know; kept, shown to the unit, settled by asking the courier."""
    HINT = "hint"
    """Said by a push that proves too little; waits for the courier's own books, and moves nothing until then."""
    UNCONFIRMED = "unconfirmed"
    """A hint that the courier's books did not bear out."""
    HELD = "held"
    """About an order that we do not know (yet)."""
    UNREADABLE = "unreadable"
    """Authentic, but not of the agreed form."""


class Trust(StrEnum):
    """How far a courier's pushes are believed without asking its books."""

    STEPS = "steps"
    """What moves a parcel on its way; not that it has arrived or come back."""
    NOTHING = "nothing"

    def covers(self, move: Move | None) -> bool:
        return self is Trust.STEPS and move not in _ENDS.values()


class Judgement(NamedTuple):
    verdict: Verdict
    edges: tuple[Edge, ...] = ()
    attention: str | None = None


_RECORDED: Final = Judgement(Verdict.RECORDED)
_RANK: Final = {
    State.REQUESTED: 0,
    State.NEEDS_ATTENTION: 0,
    State.CREATED: 0,
    State.PICKED_UP: 1,
    State.IN_TRANSIT: 2,
    State.DELIVERED: 3,
    State.RETURNED: 3,
    State.LOST: 3,
}
_TELLS: Final = {Move.PICKED_UP: 1, Move.MOVED: 2}


def judge(shipment: Shipment, report: Report) -> Judgement:
    """What `report` does to `shipment`."""
    if report.move is None or report.order_no != shipment.order_no:
        return _RECORDED
    state = shipment.state
    if state is State.CANCELLED:
        return Judgement(Verdict.CONTRADICTION, attention="moved_after_cancelled")
    if _TELLS.get(report.move, 4) <= _RANK[state] or _ENDS.get(state) is report.move:
        return _RECORDED
    if state in _ENDS or state is State.LOST:
        return Judgement(Verdict.CONTRADICTION, attention=f"{report.move.value}_after_{state.value}")
    edges = path(state, report.move)
    return Judgement(Verdict.APPLIED, edges) if edges else _RECORDED
