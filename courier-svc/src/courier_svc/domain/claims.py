"""A claim (索赔): a parcel was lost, or came damaged; how it may go on, as one table.

opened ─told→ with_courier ─┬─compensated→ compensated      the courier pays: what was in it is made anew
   │                        ├─refused→ refused              an officer may have it made anew all the same
   └─refused, found─────────┴─found→ found                  it turned up: nothing is made anew
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from .claim_errors import ClaimEnded, ClaimTooEarly, ClaimTooLate, NothingToClaim, NothingToMakeAnew, NotLost
from .shipment import Shipment
from .transitions import Move, State

Kind = Literal["lost", "damaged"]


class ClaimState(StrEnum):
    OPENED = "opened"
    WITH_COURIER = "with_courier"
    COMPENSATED = "compensated"
    REFUSED = "refused"
    FOUND = "found"


OPEN: Final = frozenset({ClaimState.OPENED, ClaimState.WITH_COURIER})
STEPS: Final[dict[ClaimState, frozenset[ClaimState]]] = {
    ClaimState.OPENED: frozenset({ClaimState.WITH_COURIER, ClaimState.REFUSED, ClaimState.FOUND}),
    ClaimState.WITH_COURIER: frozenset({ClaimState.COMPENSATED, ClaimState.REFUSED, ClaimState.FOUND}),
    ClaimState.COMPENSATED: frozenset(),
    ClaimState.REFUSED: frozenset(),
    ClaimState.FOUND: frozenset(),
}


@dataclass(slots=True)
class Claim:
    """`order_no` and `courier` are of the leg it is about; `sealed_words` what was written about it.

    `reissued_at`: since when what was in the parcel is made anew. `compensation_cents`: what the courier pays us.
    """

    id: UUID
    shipment_id: UUID
    order_no: str
    courier: str
    kind: Kind
    state: ClaimState
    opened_at: datetime
    sealed_words: bytes | None = None
    told_at: datetime | None = None
    ended_at: datetime | None = None
    compensation_cents: int | None = None
    reissued_at: datetime | None = None
    purge_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def go_on(self, to: ClaimState, at: datetime) -> bool:
        """Whether the step was one; a repeat, and what an ended claim is told, is none."""
        if to not in STEPS[self.state]:
            return False
        self.state = to
        if to is ClaimState.WITH_COURIER:
            self.told_at = at
        else:
            self.ended_at = at
        return True


@dataclass(frozen=True, slots=True)
class ClaimTimes:
    """`lost_after`: so long nothing was heard before its owner may call a parcel lost; an officer, who may know more,
    need not wait. `damaged_within`: so long after the delivery one may say that it came damaged."""

    lost_after: timedelta
    damaged_within: timedelta


def may_claim(shipment: Shipment, kind: Kind, times: ClaimTimes, at: datetime, *, by_officer: bool) -> None:
    """Raises NothingToClaim, ClaimTooEarly, ClaimTooLate."""
    if kind == "damaged":
        if shipment.state is not State.DELIVERED or shipment.ended_at is None:
            raise NothingToClaim(shipment.state, kind)
        if at > shipment.ended_at + times.damaged_within:
            raise ClaimTooLate(shipment.ended_at + times.damaged_within)
        return
    if shipment.state not in (State.PICKED_UP, State.IN_TRANSIT):
        raise NothingToClaim(shipment.state, kind)
    heard = shipment.last_heard_at or shipment.picked_up_at or shipment.requested_at
    if not by_officer and at < heard + times.lost_after:
        raise ClaimTooEarly(heard + times.lost_after)


def turned_up(shipment: Shipment, claim: Claim) -> bool:
    """It arrived or came back by the courier's books; what goes out again under another number came back, too."""
    return shipment.state in (State.DELIVERED, State.RETURNED) or shipment.order_no != claim.order_no


def is_gone(shipment: Shipment, claim: Claim) -> bool:
    """Whether what the claim is about ends this shipment: damaged when it came, or lost on its present leg.

    A shipment that has ended goes out no more, so that of all its claims one alone can be of this kind.
    """
    if claim.kind == "damaged":
        return shipment.state is State.DELIVERED
    return shipment.order_no == claim.order_no and (shipment.state is State.LOST or shipment.can(Move.LOST))


def may_reissue(shipment: Shipment, claim: Claim) -> None:
    """An officer has it made anew before the courier has said so, or though it refused.

    Raises ClaimEnded, NotLost, NothingToMakeAnew.
    """
    if claim.state is ClaimState.FOUND or shipment.direction == "from_applicant":
        raise ClaimEnded(claim.state.value)
    if not is_gone(shipment, claim):
        raise NotLost(shipment.state)
    if shipment.called_off is not None:
        raise NothingToMakeAnew(shipment.called_off)


def is_made_anew(shipment: Shipment, claim: Claim) -> bool:
    """Whether the courier's word that it pays has what was in the parcel made anew."""
    ours = shipment.direction == "to_applicant" and shipment.called_off is None
    return ours and claim.reissued_at is None and is_gone(shipment, claim)
