"""The life of an order, as one table.

Every move of an order goes through `move`; the event it tells belongs to the edge. An order that is
`expiring` takes no new attempt, but money the bank took meanwhile still pays it; in `closing`
(the case was withdrawn) such money goes back.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from contracts.payment import (
    OrderCancelled,
    OrderExpired,
    OrderOpened,
    OrderPaid,
    RefundRequested,
    RefundSucceeded,
)

from .errors import IllegalMove


class State(StrEnum):
    PRICING = "pricing"
    """The issuing system is being asked for the amount."""
    OPEN = "open"
    EXPIRING = "expiring"
    """Past its time; being closed at the provider."""
    CLOSING = "closing"
    """Called off with its case; being closed at the provider."""
    PAID = "paid"
    REFUNDING = "refunding"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Action(StrEnum):
    PRICE = "price"
    CAPTURE = "capture"
    EXPIRE = "expire"
    CALL_OFF = "call_off"
    """The case was withdrawn, or closed unpaid."""
    CLOSED_AT_PROVIDER = "closed_at_provider"
    MONEY_RETURNED = "money_returned"
    RETURN_PART = "return_part"
    """Staff give back a part of what paid it; it stays paid."""
    RETURN_ALL = "return_all"
    PART_RETURNED = "part_returned"
    RETURN_SURPLUS = "return_surplus"
    """Send back money that did not pay this order; its state stays."""
    SURPLUS_RETURNED = "surplus_returned"
    TELL_AGAIN = "tell_again"
    """The case does not know that it is paid; the order stays as it is."""


OrderEvent = (
    type[OrderOpened]
    | type[OrderPaid]
    | type[OrderExpired]
    | type[OrderCancelled]
    | type[RefundRequested]
    | type[RefundSucceeded]
)


class Edge(NamedTuple):
    to: State
    event: OrderEvent | None


_S, _A = State, Action

_PATH: Final[dict[tuple[State, Action], Edge]] = {
    (_S.PRICING, _A.PRICE): Edge(_S.OPEN, OrderOpened),
    (_S.PRICING, _A.CALL_OFF): Edge(_S.CANCELLED, None),  # nobody was ever told of it
    (_S.OPEN, _A.CAPTURE): Edge(_S.PAID, OrderPaid),
    (_S.OPEN, _A.EXPIRE): Edge(_S.EXPIRING, None),
    (_S.OPEN, _A.CALL_OFF): Edge(_S.CLOSING, None),
    (_S.EXPIRING, _A.CAPTURE): Edge(_S.PAID, OrderPaid),
    (_S.EXPIRING, _A.CLOSED_AT_PROVIDER): Edge(_S.EXPIRED, OrderExpired),
    (_S.EXPIRING, _A.CALL_OFF): Edge(_S.CLOSING, None),
    (_S.CLOSING, _A.CLOSED_AT_PROVIDER): Edge(_S.CANCELLED, OrderCancelled),
    (_S.PAID, _A.TELL_AGAIN): Edge(_S.PAID, OrderPaid),
    (_S.PAID, _A.CALL_OFF): Edge(_S.REFUNDING, RefundRequested),
    (_S.PAID, _A.RETURN_ALL): Edge(_S.REFUNDING, RefundRequested),
    (_S.PAID, _A.RETURN_PART): Edge(_S.PAID, RefundRequested),
    (_S.PAID, _A.PART_RETURNED): Edge(_S.PAID, RefundSucceeded),
    (_S.REFUNDING, _A.PART_RETURNED): Edge(_S.REFUNDING, RefundSucceeded),
    (_S.REFUNDING, _A.RETURN_PART): Edge(_S.REFUNDING, RefundRequested),  # one that waited goes with the rest
    (_S.REFUNDING, _A.MONEY_RETURNED): Edge(_S.REFUNDED, RefundSucceeded),
}

_WITH_SURPLUS: Final = tuple(state for state in State if state is not State.PRICING)
"""Money can arrive in every state after the first: twice, late, or held and then given back."""

TRANSITIONS: Final[dict[tuple[State, Action], Edge]] = {
    **_PATH,
    **{(state, _A.RETURN_SURPLUS): Edge(state, RefundRequested) for state in _WITH_SURPLUS},
    **{(state, _A.SURPLUS_RETURNED): Edge(state, RefundSucceeded) for state in _WITH_SURPLUS},
}

LIVE: Final = frozenset({_S.PRICING, _S.OPEN, _S.EXPIRING, _S.CLOSING, _S.PAID, _S.REFUNDING})
"""At most one order of a case is in one of these."""

PAYABLE: Final = frozenset(state for state, action in TRANSITIONS if action is _A.CAPTURE)
"""Where money that arrives pays the order."""

FINAL: Final = frozenset({_S.EXPIRED, _S.CANCELLED, _S.REFUNDED})


def move(state: State, action: Action) -> Edge:
    """The edge that `action` takes from `state`; raises IllegalMove with what is possible instead."""
    edge = TRANSITIONS.get((state, action))
    if edge is None:
        possible = sorted(known for origin, known in TRANSITIONS if origin is state)
        raise IllegalMove(state, action, possible)
    return edge
