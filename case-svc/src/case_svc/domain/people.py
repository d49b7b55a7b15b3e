"""Who acts on a case."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.tokens import Actor, Role, Scope

from .transitions import Who

UNIT_LEADER: Final = 3
HIGHEST_RANK: Final = 4
"""Bureau leader; 1 is a reviewer, 2 a section head, 3 a unit leader, 0 an auxiliary (辅警)."""

ERASED_NAME: Final = "已注销用户"
"""Stands for the name of an applicant whose account was erased before anybody here had asked for it."""


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer as their token says. `is_sworn` is false for auxiliaries, who assist and never decide."""

    id: UUID
    unit: str
    department: str
    rank: int
    is_sworn: bool
    is_supervisor: bool = False
    """At their own post; where else, `supervises` says."""
    scopes: tuple[Scope, ...] = ()
    """Further assignments, of roles that go with being sworn or not."""

    @property
    def role(self) -> str:
        """As those who were looked at read it: a key of `looks.ROLES`."""
        return "supervisor" if self.is_supervisor else "officer" if self.is_sworn else "auxiliary"

    @property
    def leads_department(self) -> bool:
        """Leaders and supervisors at the department's city unit sign and supervise for all of its units."""
        return self.unit == f"CITY-{self.department}" and (self.rank >= UNIT_LEADER or self.is_supervisor)

    def serves(self, unit: str | None, department: str) -> bool:
        """Whether a case of that unit is theirs to open, and, for the sworn, to act on."""
        return unit is not None and (
            self._serves_by_post(unit, department) or any(scope.covers(unit) for scope in self.scopes)
        )

    def supervises(self, unit: str | None, department: str) -> bool:
        """As a supervisor of that very unit: who supervises at home does not where they merely help out."""
        if unit is None:
            return False
        if self.is_supervisor and self._serves_by_post(unit, department):
            return True
        return any(scope.role is Role.SUPERVISOR and scope.covers(unit) for scope in self.scopes)

    def _serves_by_post(self, unit: str, department: str) -> bool:
        return department == self.department and (unit == self.unit or self.leads_department)


@dataclass(frozen=True, slots=True)
class Applicant:
    """The account that applies. `kind` is `person` or `enterprise`, `ial` its level, or that of `actor`, who does it
    for them as far as a mandate goes."""

    id: UUID
    kind: str
    ial: int
    actor: Actor | None = None

    @property
    def is_limited(self) -> bool:
        """Whether some of the account's cases are out of reach."""
        return self.actor is not None and bool(self.actor.items or self.actor.departments)

    def may_touch(self, item_code: str, department: str) -> bool:
        return self.actor is None or self.actor.covers(item_code, department)

    @property
    def mover(self) -> "Mover":
        if self.actor is None:
            return APPLICANT
        return Mover(Who.APPLICANT, acted_by=self.actor.sub, mandate_id=self.actor.mandate)


@dataclass(frozen=True, slots=True)
class Mover:
    """Who takes an edge, as history and events record it."""

    who: Who
    officer_id: UUID | None = None
    rank: int = 0
    acted_by: UUID | None = None
    """The account that did it for the applicant, by `mandate_id`."""
    mandate_id: UUID | None = None

    @property
    def facts(self) -> dict[str, str]:
        """What history keeps of it beside who."""
        if self.acted_by is None:
            return {}
        by = {"acted_by": str(self.acted_by)}
        return by | {"mandate_id": str(self.mandate_id)} if self.mandate_id else by


APPLICANT: Final = Mover(Who.APPLICANT)
CLOCK: Final = Mover(Who.CLOCK)
SYSTEM: Final = Mover(Who.SYSTEM)


def as_mover(officer: Officer) -> Mover:
    return Mover(Who.OFFICER, officer.id, officer.rank)
