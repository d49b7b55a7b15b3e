"""The path of a case as one table: from, action, to, who, event, and for which items.

Everything else asks this table. Edges of `Who.SYSTEM` that are `automatic` are taken at once when a
case arrives at their source, in the same transaction, each with its own version, history row and event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts import case as events
from contracts.events import Event

from .errors import IllegalMove
from .item import Item
from .states import State


class Action(StrEnum):
    SUBMIT = "submit"
    ANSWER = "answer"
    BOOK = "book"
    REQUEST_SUPPLEMENT = "request_supplement"
    SUPPLEMENT = "supplement"
    ACCEPT = "accept"
    REJECT = "reject"
    REQUEST_PICKUP = "request_pickup"
    REVIEW = "review"
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"
    REQUEST_PAYMENT = "request_payment"
    REQUEST_POSTAGE = "request_postage"
    PAY = "pay"
    CLOSE_UNPAID = "close_unpaid"
    PRODUCE = "produce"
    REQUEST_DISPATCH = "request_dispatch"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    RETURN = "return"
    REISSUE = "reissue"
    COLLECT = "collect"
    COMPLETE = "complete"


class Who(StrEnum):
    """Who moves a case; the `actor` of its event."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    CLOCK = "clock"
    SYSTEM = "system"


Guard = Callable[[Item], bool]


def _always(item: Item) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Edge:
    """`when` limits the edge to items; `after` lets an automatic self-edge fire only behind one action."""

    source: State
    action: Action
    target: State
    who: frozenset[Who]
    event: type[Event]
    when: Guard = _always
    automatic: bool = False
    after: Action | None = None


_APPLICANT: Final = frozenset({Who.APPLICANT})
_OFFICER: Final = frozenset({Who.OFFICER})
_OFFICER_OR_CLOCK: Final = frozenset({Who.OFFICER, Who.CLOCK})
_CLOCK: Final = frozenset({Who.CLOCK})
_SYSTEM: Final = frozenset({Who.SYSTEM})


def _taken_in(item: Item) -> bool:
    return item.is_accepted_by_officer


def _decided(item: Item) -> bool:
    return item.is_decided


def _paid_at_submission(item: Item) -> bool:
    return item.is_paid_for and not item.is_accepted_by_officer


def _approved_into_production(item: Item) -> bool:
    return item.is_produced and not item.is_paid_for


def _approval_is_the_end(item: Item) -> bool:
    return not item.is_paid_for and not item.is_produced


S, A = State, Action

EDGES: Final[tuple[Edge, ...]] = (
    Edge(S.DRAFT, A.SUBMIT, S.SUBMITTED, _APPLICANT, events.CaseSubmitted),
    # Queries, bookings and fines need nobody to take them in.
    Edge(S.SUBMITTED, A.ANSWER, S.COMPLETED, _SYSTEM, events.CaseCompleted, lambda i: i.is_query, True),
    Edge(S.SUBMITTED, A.BOOK, S.COMPLETED, _SYSTEM, events.CaseCompleted, lambda i: i.is_booking, True),
    Edge(S.SUBMITTED, A.REQUEST_PAYMENT, S.AWAITING_PAYMENT, _SYSTEM, events.CasePaymentRequested,
         _paid_at_submission, True),
    # Acceptance (受理). Silence beyond the legal five days accepts (行政许可法 §32).
    Edge(S.SUBMITTED, A.ACCEPT, S.ACCEPTED, _OFFICER_OR_CLOCK, events.CaseAccepted, _taken_in),
    Edge(S.SUBMITTED, A.REJECT, S.NOT_ACCEPTED, _OFFICER, events.CaseNotAccepted, _taken_in),
    Edge(S.SUBMITTED, A.REQUEST_SUPPLEMENT, S.SUPPLEMENT_REQUESTED, _OFFICER,
         events.CaseSupplementRequested, _taken_in),
    Edge(S.SUPPLEMENT_REQUESTED, A.SUPPLEMENT, S.SUPPLEMENTED, _APPLICANT, events.CaseSupplemented),
    Edge(S.SUPPLEMENTED, A.ACCEPT, S.ACCEPTED, _OFFICER_OR_CLOCK, events.CaseAccepted),
    Edge(S.SUPPLEMENTED, A.REJECT, S.NOT_ACCEPTED, _OFFICER, events.CaseNotAccepted),
    Edge(S.SUPPLEMENTED, A.REQUEST_SUPPLEMENT, S.SUPPLEMENT_REQUESTED, _OFFICER,
         events.CaseSupplementRequested),
    Edge(S.ACCEPTED, A.REQUEST_PICKUP, S.ACCEPTED, _SYSTEM, events.PickupRequested,
         lambda i: i.originals_are_fetched, True, A.ACCEPT),
    Edge(S.ACCEPTED, A.COMPLETE, S.COMPLETED, _SYSTEM, events.CaseCompleted,
         lambda i: not i.is_decided, True),
    # Decision. Every level but the last is a review; the last one approves.
    Edge(S.ACCEPTED, A.REVIEW, S.ACCEPTED, _OFFICER, events.CaseReviewed, lambda i: i.levels > 1),
    Edge(S.ACCEPTED, A.APPROVE, S.IN_PRODUCTION, _OFFICER, events.CaseApproved,
         lambda i: _decided(i) and _approved_into_production(i)),
    Edge(S.ACCEPTED, A.APPROVE, S.APPROVED, _OFFICER, events.CaseApproved,
         lambda i: _decided(i) and not _approved_into_production(i)),
    Edge(S.ACCEPTED, A.DENY, S.DENIED, _OFFICER, events.CaseDenied, _decided),
    # Postage is asked for with the fee, in one checkout; where there is no fee, with the approval.
    Edge(S.APPROVED, A.REQUEST_POSTAGE, S.APPROVED, _SYSTEM, events.CasePostageRequested,
         lambda i: i.owes_postage, True, A.APPROVE),
    Edge(S.APPROVED, A.REQUEST_PAYMENT, S.AWAITING_PAYMENT, _SYSTEM, events.CasePaymentRequested,
         lambda i: i.is_paid_for, True),
    Edge(S.APPROVED, A.COMPLETE, S.COMPLETED, _SYSTEM, events.CaseCompleted, _approval_is_the_end, True),
    # Payment.
    Edge(S.AWAITING_PAYMENT, A.PAY, S.IN_PRODUCTION, _SYSTEM, events.CasePaid, lambda i: i.is_produced),
    Edge(S.AWAITING_PAYMENT, A.PAY, S.PAID, _SYSTEM, events.CasePaid, lambda i: not i.is_produced),
    Edge(S.AWAITING_PAYMENT, A.CLOSE_UNPAID, S.CLOSED_UNPAID, _CLOCK, events.CaseClosedUnpaid),
    Edge(S.PAID, A.COMPLETE, S.COMPLETED, _SYSTEM, events.CaseCompleted, automatic=True),
    Edge(S.IN_PRODUCTION, A.REQUEST_POSTAGE, S.IN_PRODUCTION, _SYSTEM, events.CasePostageRequested,
         lambda i: i.owes_postage, True, A.APPROVE),
    # Production: files are issued at once, papers are made by an officer.
    Edge(S.IN_PRODUCTION, A.PRODUCE, S.PRODUCED, _SYSTEM, events.CaseProduced,
         lambda i: i.is_electronic, True),
    Edge(S.IN_PRODUCTION, A.PRODUCE, S.PRODUCED, _OFFICER, events.CaseProduced,
         lambda i: not i.is_electronic),
    Edge(S.PRODUCED, A.COMPLETE, S.COMPLETED, _SYSTEM, events.CaseCompleted,
         lambda i: i.is_electronic, True),
    Edge(S.PRODUCED, A.COLLECT, S.COMPLETED, _OFFICER, events.CaseCompleted, lambda i: i.is_collected),
    Edge(S.PRODUCED, A.REQUEST_DISPATCH, S.AWAITING_DISPATCH, _SYSTEM, events.CaseDispatchRequested,
         lambda i: i.is_delivered, True),
    # Delivery, as the courier reports it.
    Edge(S.AWAITING_DISPATCH, A.DISPATCH, S.IN_TRANSIT, _SYSTEM, events.CaseDispatched),
    # Whoever comes before the courier takes it along; what was to be sent is called off, its postage goes back.
    Edge(S.AWAITING_DISPATCH, A.COLLECT, S.COMPLETED, _OFFICER, events.CaseCompleted),
    Edge(S.IN_TRANSIT, A.DELIVER, S.COMPLETED, _SYSTEM, events.CaseCompleted),
    Edge(S.IN_TRANSIT, A.RETURN, S.RETURNED, _SYSTEM, events.CaseReturned),
    # Lost on its way, or damaged when it came: made anew. What the courier says late finds any of these states.
    *(
        Edge(state, A.REISSUE, S.IN_PRODUCTION, _SYSTEM, events.CaseReissueStarted, lambda i: i.is_delivered)
        for state in (S.IN_TRANSIT, S.RETURNED, S.COMPLETED)
    ),
    Edge(S.RETURNED, A.DISPATCH, S.IN_TRANSIT, _SYSTEM, events.CaseDispatched),
    Edge(S.RETURNED, A.COLLECT, S.COMPLETED, _OFFICER, events.CaseCompleted),
    # Withdrawal, until production starts.
    *(
        Edge(state, A.WITHDRAW, S.WITHDRAWN, _APPLICANT, events.CaseWithdrawn)
        for state in (S.SUBMITTED, S.SUPPLEMENT_REQUESTED, S.SUPPLEMENTED, S.ACCEPTED, S.AWAITING_PAYMENT)
    ),
)  # fmt: skip

_BY_SOURCE: Final[dict[State, tuple[Edge, ...]]] = {
    state: tuple(edge for edge in EDGES if edge.source == state) for state in State
}


def find_edge(state: State, action: Action, who: Who, item: Item) -> Edge:
    """The one edge of `action` from `state` for this item; raises IllegalMove, with what is possible."""
    for edge in _BY_SOURCE[state]:
        if edge.action == action and who in edge.who and edge.when(item):
            return edge
    raise IllegalMove(state, action, possible_moves(state, item))


def next_automatic(state: State, after: Action, item: Item, *, has_postage: bool = True) -> Edge | None:
    """The edge a case takes by itself on arriving at `state` through `after`.

    Without `has_postage` nothing is asked for sending it: it was submitted to an instance that knew no postage yet.
    """
    for edge in _BY_SOURCE[state]:
        if edge.action is Action.REQUEST_POSTAGE and not has_postage:
            continue
        if edge.automatic and edge.after in (None, after) and edge.when(item):
            return edge
    return None


def possible_moves(state: State, item: Item) -> tuple[tuple[Action, Who], ...]:
    """What people can do with a case in `state`: (action, who), in the table's order."""
    return tuple(
        (edge.action, who)
        for edge in _BY_SOURCE[state]
        if edge.when(item)
        for who in (Who.APPLICANT, Who.OFFICER)
        if who in edge.who
    )
