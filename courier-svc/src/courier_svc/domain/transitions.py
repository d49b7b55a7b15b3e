"""The path of a shipment as one table: (state, move) → next state and the event that tells of it.

requested ─placed→ created ─picked_up→ picked_up ─moved→ in_transit ─┬─delivered→ delivered
    │                │                     └─────────────────────────┴─came_back→ returned
    └────refused─────┴→ needs_attention
sent again (returned, needs_attention) or readdressed (until picked up): back to requested
until picked up: cancelled; while it travels: lost, by a claim
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from contracts.courier import (
    ShipmentCancelled,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentPickedUp,
    ShipmentReturned,
)
from contracts.events import Event


class State(StrEnum):
    REQUESTED = "requested"
    """Known to us; the courier has not given a waybill yet."""
    CREATED = "created"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    RETURNED = "returned"
    """Back at the sender; may be sent again under a new waybill."""
    CANCELLED = "cancelled"
    LOST = "lost"
    """The courier says so, or the unit has decided that it is: what was in it is made anew."""
    NEEDS_ATTENTION = "needs_attention"
    """The courier will not carry it as it is; a person must correct something."""


class Move(StrEnum):
    PLACED = "placed"
    REFUSED = "refused"
    PICKED_UP = "picked_up"
    MOVED = "moved"
    DELIVERED = "delivered"
    CAME_BACK = "came_back"
    CANCELLED = "cancelled"
    READDRESSED = "readdressed"
    SENT_AGAIN = "sent_again"
    LOST = "lost"


class Edge(NamedTuple):
    """One step: where it leads and, when others must know, which event says so."""

    to: State
    event: type[Event] | None = None


TRANSITIONS: Final[dict[tuple[State, Move], Edge]] = {
    (State.REQUESTED, Move.PLACED): Edge(State.CREATED, ShipmentCreated),
    (State.REQUESTED, Move.REFUSED): Edge(State.NEEDS_ATTENTION),
    (State.REQUESTED, Move.CANCELLED): Edge(State.CANCELLED, ShipmentCancelled),
    (State.REQUESTED, Move.READDRESSED): Edge(State.REQUESTED),
    (State.CREATED, Move.PICKED_UP): Edge(State.PICKED_UP, ShipmentPickedUp),
    (State.CREATED, Move.REFUSED): Edge(State.NEEDS_ATTENTION),
    (State.CREATED, Move.CANCELLED): Edge(State.CANCELLED, ShipmentCancelled),
    (State.CREATED, Move.READDRESSED): Edge(State.REQUESTED),
    (State.PICKED_UP, Move.MOVED): Edge(State.IN_TRANSIT),
    (State.PICKED_UP, Move.DELIVERED): Edge(State.DELIVERED, ShipmentDelivered),
    (State.PICKED_UP, Move.CAME_BACK): Edge(State.RETURNED, ShipmentReturned),
    (State.IN_TRANSIT, Move.DELIVERED): Edge(State.DELIVERED, ShipmentDelivered),
    (State.IN_TRANSIT, Move.CAME_BACK): Edge(State.RETURNED, ShipmentReturned),
    # What others must know of it is told of the claim.
    (State.PICKED_UP, Move.LOST): Edge(State.LOST),
    (State.IN_TRANSIT, Move.LOST): Edge(State.LOST),
    (State.RETURNED, Move.SENT_AGAIN): Edge(State.REQUESTED),
    (State.NEEDS_ATTENTION, Move.SENT_AGAIN): Edge(State.REQUESTED),
    (State.NEEDS_ATTENTION, Move.CANCELLED): Edge(State.CANCELLED, ShipmentCancelled),
    # It refused, and yet the parcel moves: what the courier carries is carried.
    (State.NEEDS_ATTENTION, Move.PLACED): Edge(State.CREATED, ShipmentCreated),
}

ENDED: Final = frozenset({State.DELIVERED, State.CANCELLED, State.LOST})
WITH_COURIER: Final = frozenset({State.CREATED, State.PICKED_UP, State.IN_TRANSIT})
"""States in which the courier's word is awaited."""

_IMPLIED: Final[dict[State, Move]] = {
    State.REQUESTED: Move.PLACED,
    State.NEEDS_ATTENTION: Move.PLACED,
    State.CREATED: Move.PICKED_UP,
}
"""What must have happened for the courier to say anything later: scans get lost or come in another order."""


def path(state: State, move: Move) -> tuple[Edge, ...]:
    """The edges that go from `state` through `move`, the untold ones before it included; () when none do.

    So readers of our events always see created → picked up → delivered, whatever the courier forgot to say.
    """
    return tuple(_walk(state, move)) if (_end_of_walk(state, move), move) in TRANSITIONS else ()


def allowed(state: State) -> tuple[str, ...]:
    """The moves possible from `state`, for error messages."""
    return tuple(move.value for origin, move in TRANSITIONS if origin is state)


def _end_of_walk(state: State, move: Move) -> State:
    while (state, move) not in TRANSITIONS and move in _TOLD_BY_COURIER and state in _IMPLIED:
        state = TRANSITIONS[state, _IMPLIED[state]].to
    return state


def _walk(state: State, move: Move) -> Iterator[Edge]:
    while (state, move) not in TRANSITIONS:
        edge = TRANSITIONS[state, _IMPLIED[state]]
        yield edge
        state = edge.to
    yield TRANSITIONS[state, move]


_TOLD_BY_COURIER: Final = frozenset({Move.PICKED_UP, Move.MOVED, Move.DELIVERED, Move.CAME_BACK})
