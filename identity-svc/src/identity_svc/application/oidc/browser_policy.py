"""How long a browser stays logged in."""

from dataclasses import dataclass
from datetime import timedelta

from ...domain.accounts import Subject
from ..open_session import SessionPolicies


@dataclass(frozen=True, slots=True)
class BrowserPolicy:
    """Never longer than sessions of that owner may last anyway."""

    idle: timedelta
    absolute: timedelta
    sessions: SessionPolicies

    def idle_of(self, subject: Subject) -> timedelta:
        return min(self.idle, self.sessions.of(subject).idle)

    def absolute_of(self, subject: Subject) -> timedelta:
        return min(self.absolute, self.sessions.of(subject).absolute)

    @property
    def grace(self) -> timedelta:
        return self.sessions.people.grace
