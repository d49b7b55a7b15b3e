"""A mandate from its offer to its end, as one table. Pure functions over plain data."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from .errors import MandateSettled


class Kind(StrEnum):
    PROXY = "proxy"
    """A person lets another person act for them (委托代理)."""
    AGENT = "agent"
    """A company lets a person act for it (企业经办人)."""
    GUARDIAN = "guardian"
    """By law, for a child or ward (监护)."""
    OWNER = "owner"
    """The account that a guardian once made for somebody, for that person themselves, who has one of their own now."""


class State(StrEnum):
    OFFERED = "offered"
    ACTIVE = "active"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Action(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    REVOKE = "revoke"
    EXPIRE = "expire"


class Side(StrEnum):
    """On whose side somebody stands towards a mandate; `clock` is time itself, or what became of the ward."""

    PRINCIPAL = "principal"
    AGENT = "agent"
    CLOCK = "clock"


TRANSITIONS: Final[dict[tuple[State, Action], tuple[State, frozenset[Side]]]] = {
    (State.OFFERED, Action.ACCEPT): (State.ACTIVE, frozenset({Side.AGENT})),
    (State.OFFERED, Action.DECLINE): (State.DECLINED, frozenset({Side.AGENT})),
    (State.OFFERED, Action.REVOKE): (State.REVOKED, frozenset({Side.PRINCIPAL})),
    (State.OFFERED, Action.EXPIRE): (State.EXPIRED, frozenset({Side.CLOCK})),
    (State.ACTIVE, Action.REVOKE): (State.REVOKED, frozenset({Side.PRINCIPAL, Side.AGENT, Side.CLOCK})),
    (State.ACTIVE, Action.EXPIRE): (State.EXPIRED, frozenset({Side.CLOCK})),
}
"""(from, action) → (to, who may). What stands in no row is over, or not theirs to do."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a mandate is for: item codes and departments; both empty, everything."""

    items: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    def covers(self, other: "Scope") -> bool:
        """Whether all of `other` lies within; an item lies within its department, whose code it begins with."""
        if not self.items and not self.departments:
            return True
        if not other.items and not other.departments:
            return False
        return set(other.departments) <= set(self.departments) and all(
            item in self.items or item.rpartition("-")[0] in self.departments for item in other.items
        )


@dataclass(frozen=True, slots=True)
class Mandate:
    """`agent_id` is null until somebody has accepted. `ends_at` is the end of an offer, then of the mandate."""

    id: UUID
    kind: Kind
    state: State
    principal_id: UUID
    agent_id: UUID | None
    scope: Scope
    may_appoint: bool
    offered_by: UUID
    """The account that offered it, or the officer who saw the proof."""
    offered_at: datetime
    offer_ends_at: datetime | None
    accepted_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None
    version: int = 1

    @property
    def ends_at(self) -> datetime:
        return self.offer_ends_at if self.state is State.OFFERED and self.offer_ends_at else self.expires_at

    def holds(self, at: datetime) -> bool:
        """Whether its agent may act at this moment."""
        return self.state is State.ACTIVE and at < self.expires_at


def settle(state: State, action: Action, side: Side) -> State:
    """The state after `action`; raises MandateSettled where that is not possible any more, or not theirs."""
    after, sides = TRANSITIONS.get((state, action), (state, frozenset[Side]()))
    if side not in sides:
        raise MandateSettled(state)
    return after


COMING_OF_AGE: Final = 18


def born(id_number: str) -> date:
    """The birth date in a resident identity number, which has been read before."""
    return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))


def of_age_on(id_number: str) -> date:
    """The 18th birthday; of who was born on 29 February, 1 March."""
    day = born(id_number)
    try:
        return day.replace(year=day.year + COMING_OF_AGE)
    except ValueError:
        return date(day.year + COMING_OF_AGE, 3, 1)
