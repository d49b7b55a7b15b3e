"""Those who stay, to follow something: how long they may."""

from contextlib import suppress

from chassis.problems import Problem
from contracts.tokens import AccessClaims

from ..revocations.view import RevocationView
from ..stopping import Stopping


class StayOver(Exception):
    """An answer that has no end of its own is ended by us, as if it had: the caller comes again, or is told why not."""


class Staying:
    """A token is looked at when a request comes; who stays for hours is looked at again, several times a second."""

    def __init__(self, revocations: RevocationView, stopping: Stopping) -> None:
        self._revocations = revocations
        self._stopping = stopping

    def may_stay(self, claims: AccessClaims) -> bool:
        """Whether their token would still be let in, and we are not about to stop."""
        if self._stopping.begun:
            return False
        with suppress(Problem):
            self._revocations.require_unrevoked(claims)
            return True
        return False
