"""A shipment (寄递): one parcel of one case, sent under one waybill after another until it arrives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from contracts.courier import ShipmentCancelled, ShipmentReturned
from contracts.events import Event

from .transitions import Edge, Move, State, path

Direction = Literal["to_applicant", "from_applicant"]
CalledOff = Literal["withdrawn", "collected"]


@dataclass(slots=True)
class Shipment:
    """The aggregate as its row holds it. Sealed fields are opened only by whoever needs them.

    `leg` counts the times it was given to a courier; each leg has an order number of its own, which
    never changes, so that placing an order may be repeated until an answer comes. `courier` is the name of the one
    that carries the present leg.
    `id_bound` asks for the hand-over to the named person against the ID card; `sealed_proof` is what the courier said
    of the hand-over.
    `address_given` says that the applicant or the unit gave it here; otherwise it is the case's own.
    `called_off` says why the case no longer wants it: what has not left does not leave, and what comes
    back stays. `ordered_at` is when the courier was first asked for this leg: from then on it may know the order.
    `version` counts the steps of the path; `revision` tells which state of the row was read.
    """

    id: UUID
    case_id: UUID
    case_no: str
    applicant_id: UUID
    unit: str
    department: str
    direction: Direction
    postage_free: bool
    id_bound: bool
    requested_at: datetime
    courier: str
    state: State
    version: int
    leg: int
    order_no: str
    waybill_no: str | None = None
    sealed_address: bytes | None = None
    sealed_next_address: bytes | None = None
    sealed_proof: bytes | None = None
    address_given: bool = False
    attention: str | None = None
    called_off: CalledOff | None = None
    ordered_at: datetime | None = None
    cancel_requested_at: datetime | None = None
    created_at: datetime | None = None
    picked_up_at: datetime | None = None
    ended_at: datetime | None = None
    last_heard_at: datetime | None = None
    purge_at: datetime | None = None
    proof_purge_at: datetime | None = None
    postage_paid_at: datetime | None = None
    carried_at: datetime | None = None
    """When a courier first had what was sent, on whichever leg, or as the parcel before it: its postage was used."""
    revision: int | None = None

    @property
    def awaits_postage(self) -> bool:
        """Nobody is asked to carry it before its postage is paid."""
        return not self.postage_free and self.postage_paid_at is None

    @property
    def is_emptied(self) -> bool:
        """Ended, and what was sealed about it has gone; nothing that names people is to come to it any more."""
        return self.ended_at is not None and self.purge_at is None

    def can(self, move: Move) -> bool:
        return bool(path(self.state, move))

    def move(self, move: Move, at: datetime) -> list[tuple[Event, int]]:
        """Walks to `move` when the table has a way there; see `follow`."""
        return self.follow(path(self.state, move), at, reason=move.value)

    def follow(self, edges: Sequence[Edge], at: datetime, *, reason: str) -> list[tuple[Event, int]]:
        """Takes each edge, one version a step; the events to tell, with their versions."""
        told: list[tuple[Event, int]] = []
        for edge in edges:
            self.version += 1
            self.state = edge.to
            self._note_time(edge.to, at)
            if edge.event is not None:
                told.append((self._event(edge.event, at, reason), self.version))
        return told

    def begin_leg(self, courier: str) -> None:
        """A new order number, unknown to any courier so far."""
        self.leg += 1
        self.courier = courier
        self.order_no = order_number(self.id, self.leg)
        self.waybill_no = self.attention = self.purge_at = None
        self.ordered_at = self.cancel_requested_at = None
        self.created_at = self.picked_up_at = self.ended_at = self.last_heard_at = None

    def _note_time(self, state: State, at: datetime) -> None:
        if state is State.CREATED:
            self.created_at = at
        elif state is State.PICKED_UP:
            self.picked_up_at = at
            self.carried_at = self.carried_at or at
        elif state in (State.DELIVERED, State.RETURNED, State.CANCELLED, State.LOST):
            self.ended_at = at

    def _event(self, model: type[Event], at: datetime, reason: str) -> Event:
        more: dict[str, Any] = {"reason": reason} if model is ShipmentReturned else {}
        if model is ShipmentCancelled:
            more = {"carried": self.carried_at is not None}
        make: Callable[..., Event] = model
        return make(
            shipment_id=self.id,
            case_id=self.case_id,
            direction=self.direction,
            occurred_at=at,
            waybill_no=self.waybill_no,
            **more,
        )


def order_number(shipment_id: UUID, leg: int) -> str:
    """The number under which a courier knows one leg: 34 characters or a few more, `A-Za-z0-9-`."""
    return f"{shipment_id.hex}-{leg}"
