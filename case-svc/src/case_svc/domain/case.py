"""The case (办件): its facts, and what every action makes of them. Pure functions over plain data.

Each function returns what was `Moved`: the edge asked for and the automatic ones behind it, each with
the case as it stands after it. Nothing is written here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from . import limits
from .claims import holder_after, told_of_takeover
from .item import Item
from .people import SYSTEM, Mover
from .states import State
from .transitions import Action, Edge, find_edge, next_automatic
from .working_days import WorkingCalendar


@dataclass(frozen=True)  # without slots: `changed` copies its dictionary
class Case:
    """One row of `cases`, in its column order. Times aware UTC, money in fen."""

    id: UUID
    version: int
    state: State
    case_no: str | None
    item_code: str
    item_version: int
    department: str
    branch: str | None
    window_code: str | None
    unit: str | None
    applicant_id: UUID
    applicant_kind: str
    applicant_masked: str | None
    created_at: datetime
    submitted_at: datetime | None = None
    received_at: datetime | None = None
    """When the complete materials came: at submission or with the last supplement."""
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    response_due_at: datetime | None = None
    promise_due_at: datetime | None = None
    promise_is_provisional: bool = False
    due_at: datetime | None = None
    """When an officer must have acted in this state; the queue sorts by it, null leaves the queue."""
    accepted_by: UUID | None = None
    reviewers: Sequence[UUID] = ()
    """Who decided, level by level."""
    last_rank: int = 0
    supplements: int = 0
    amount_cents: int | None = None
    document_id: UUID | None = None
    order_id: UUID | None = None
    shipment_id: UUID | None = None
    paid_at: datetime | None = None
    """When payment-svc booked the money: its word, by which both sides count the day."""
    assigned_to: UUID | None = None
    """The officer who claimed it from the queue; mostly nobody."""
    postage_cents: int | None = None
    """What sending the result costs the applicant, by where it goes; null: nothing, or nobody ever asked for it."""

    @property
    def deciding_officer_id(self) -> UUID | None:
        return self.reviewers[-1] if self.reviewers else None

    def changed(self, **changes: Any) -> "Case":
        """The case with other facts: `dataclasses.replace` at a fifth of its cost. TypeError on strange names."""
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"no facts of a case: {changes.keys() - self.__dict__.keys()}")
        after = object.__new__(Case)
        after.__dict__.update(self.__dict__, **changes)
        return after


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a move depends on beside the case."""

    item: Item
    calendar: WorkingCalendar
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """One edge taken. `facts` are plain, `texts` (what officers wrote) are stored sealed."""

    edge: Edge
    case: Case
    by: Mover
    facts: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """`before` is the case as it was read; its version guards the write."""

    before: Case
    at: datetime
    taken: tuple[Taken, ...]

    @property
    def case(self) -> Case:
        return self.taken[-1].case

    def has(self, action: Action) -> bool:
        return any(step.edge.action is action for step in self.taken)

    def with_document(self, document_id: UUID) -> "Moved":
        """The same move, once the document that `produce` stands for has been issued."""
        produced = next(at for at, step in enumerate(self.taken) if step.edge.action is Action.PRODUCE)
        taken = tuple(
            replace(step, case=step.case.changed(document_id=document_id)) if at >= produced else step
            for at, step in enumerate(self.taken)
        )
        taken[produced].facts["document_id"] = str(document_id)
        return Moved(self.before, self.at, taken)

    def then(self, more: "Moved") -> "Moved":
        return Moved(self.before, self.at, self.taken + more.taken)


@dataclass(frozen=True, slots=True)
class Note:
    """What happened elsewhere, moves nothing, and belongs to the case's story. `about` names the sentence."""

    case_id: UUID
    about: str
    at: datetime
    facts: dict[str, Any]


def move(
    case: Case,
    action: Action,
    by: Mover,
    around: Circumstances,
    *,
    changes: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    texts: dict[str, Any] | None = None,
) -> Moved:
    """Takes the edge of `action` and every automatic one behind it; raises IllegalMove."""
    edge = find_edge(case.state, action, by.who, around.item)
    taken = [_take(case, edge, by, around, changes or {}, facts or {}, texts or {})]
    while (following := _following(taken[-1], around.item)) is not None:
        here = taken[-1].case
        own_changes, own_facts = _automatic(here, following, around)
        taken.append(_take(here, following, SYSTEM, around, own_changes, own_facts, {}))
    return Moved(case, around.at, tuple(taken))


def _following(step: Taken, item: Item) -> Edge | None:
    has_postage = step.case.postage_cents is not None
    return next_automatic(step.case.state, step.edge.action, item, has_postage=has_postage)


def _take(
    case: Case,
    edge: Edge,
    by: Mover,
    around: Circumstances,
    changes: dict[str, Any],
    facts: dict[str, Any],
    texts: dict[str, Any],
) -> Taken:
    if edge.target is not edge.source:
        changes = {**changes, "due_at": _due_at(edge.target, case, changes, around)}
    if (holder := case.assigned_to) is not None:
        after_it = holder_after(holder, edge.action, by.officer_id, around.item)
        changes = {**changes, "assigned_to": after_it}
        facts = {**facts, **told_of_takeover(holder, by.officer_id)}
    after = case.changed(version=case.version + 1, state=edge.target, **changes)
    return Taken(edge, after, by, facts | by.facts if by.acted_by else facts, texts)


def _due_at(state: State, case: Case, changes: dict[str, Any], around: Circumstances) -> datetime | None:
    """By when an officer must act in `state`, which `case` enters with `changes`."""
    match state:
        case State.SUBMITTED | State.SUPPLEMENTED if around.item.is_accepted_by_officer:
            return changes.get("response_due_at", case.response_due_at)
        case State.ACCEPTED:
            return changes.get("promise_due_at", case.promise_due_at)
        case State.IN_PRODUCTION:
            return around.calendar.add_working_days(around.at, limits.PRODUCTION_WORKING_DAYS).due_at
    return None


def _automatic(case: Case, edge: Edge, around: Circumstances) -> tuple[dict[str, Any], dict[str, Any]]:
    """Changes and facts of an edge the case takes by itself."""
    match edge.action:
        case Action.REQUEST_PAYMENT:
            amount = owed(case, around.item)
            due = around.calendar.add_working_days(around.at, limits.PAYMENT_WORKING_DAYS).due_at
            return {"amount_cents": amount}, {"amount_cents": amount, "payment_due_at": due.isoformat()}
        case Action.REQUEST_POSTAGE:
            return {}, {"amount_cents": case.postage_cents}
        case Action.ANSWER:
            return _completion("answered", around)
        case Action.BOOK:
            return _completion("booked", around)
        case Action.COMPLETE:
            return _completion("issued" if around.item.is_electronic else "notified", around)
    return {}, {}


def _completion(how: str, around: Circumstances) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"closed_at": around.at}, {"how": how}


def completion(how: str, around: Circumstances) -> dict[str, dict[str, Any]]:
    """The arguments of `move` for an ending by hand or by the courier."""
    changes, facts = _completion(how, around)
    return {"changes": changes, "facts": facts}


def owed(case: Case, item: Item) -> int | None:
    """What the applicant owes in fen; None where the issuing system knows the sum."""
    match item.definition.amount_source:
        case "fixed":
            return item.definition.fee_cents
        case "applicant":
            return case.amount_cents
    return None
