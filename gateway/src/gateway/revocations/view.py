"""What this gateway knows of revocations, and how far that reaches."""

import time
from collections.abc import Iterable
from math import inf

from chassis.auth.caller import Caller
from chassis.auth.verifier import FetchKeys, TokenVerifier
from chassis.problems import Problem
from contracts.tokens import AccessClaims

from .refusals import MandateRevoked, RevocationsUnknown, SessionRevoked

LOOK_BACK = 3600.0
"""Seconds, more than any token lives: what was revoked before concerns none."""
_MINT_SECONDS = 60
"""A session may be ended between the commit of its refresh and the signing of its token."""
_TIDY_SECONDS = 10.0

Revoked = Iterable[tuple[str, float]]
"""Ids, each with the Unix second at which no token that names it can be valid any more."""


class RevocationView:
    """Ids of what was revoked between two moments: everything in between is known, by whichever channel.

    A token is let in when both its issue and the present, less `max_age` seconds, lie between them: what ended its
    session would be known.
    """

    def __init__(self, max_age: float) -> None:
        self._max_age = max_age
        self._revoked: dict[str, float] = {}
        self._since = inf
        self._until = -inf
        self._old_at = -inf
        self._issued_since = inf
        self._tidied = 0.0

    def learn(self, revoked: Revoked) -> None:
        """Takes in what a channel told, be it much or little. What is known stays known until it may be forgotten."""
        self._revoked.update(revoked)

    def covered(self, since: float, looked_at: float) -> None:
        """A channel has told everything that was revoked from `since` until it was looked at.

        `since` in Unix seconds, -inf for everything that matters; `looked_at` on the monotonic clock: when the look
        began, for what is revoked during it may be missing.
        """
        moment, clock = time.monotonic(), time.time()
        until = clock - (moment - looked_at)
        if since <= self._until:
            self._since = min(self._since, since)
        elif moment > self._old_at:
            # Nobody told what was revoked between what we knew and `since`: tokens from before it stay outside.
            self._since = since
        else:
            return  # what we know is newer than the bound, and whole
        self._until = max(self._until, until)
        self._old_at = max(self._old_at, looked_at + self._max_age)
        self._issued_since = self._since + _MINT_SECONDS
        if moment - self._tidied > _TIDY_SECONDS:
            self._tidied = moment
            self._revoked = {one: forget for one, forget in self._revoked.items() if forget > clock}

    def require_unrevoked(self, claims: AccessClaims) -> None:
        """Raises SessionRevoked or MandateRevoked; RevocationsUnknown where that cannot be told."""
        if (revoked := self.refusal_of(claims)) is not None:
            raise revoked
        if time.monotonic() > self._old_at or claims.iat < self._issued_since:
            raise RevocationsUnknown

    def refusal_of(self, claims: AccessClaims) -> SessionRevoked | MandateRevoked | None:
        """What to answer to somebody whose session or mandate is known to have ended."""
        if claims.sid in self._revoked:
            return SessionRevoked()
        if claims.act is not None and str(claims.act.mandate) in self._revoked:
            return MandateRevoked()
        return None

    @property
    def is_whole(self) -> bool:
        """Whether every token can be judged, however old it is."""
        return time.monotonic() <= self._old_at and self._since <= time.time() - LOOK_BACK

    @property
    def age(self) -> float:
        """Seconds since the last look that was complete; infinite before the first."""
        return time.monotonic() - (self._old_at - self._max_age)

    @property
    def known(self) -> int:
        """How many revocations are remembered."""
        return len(self._revoked)


class UnrevokedTokens(TokenVerifier):
    """Verifies tokens, those it remembers too, against what was revoked since."""

    def __init__(self, fetch_keys: FetchKeys, view: RevocationView) -> None:
        super().__init__(fetch_keys)
        self._view = view

    async def verify(self, token: str) -> Caller:
        """As the plain verifier; raises SessionRevoked, MandateRevoked or RevocationsUnknown besides."""
        caller = await super().verify(token)
        self._view.require_unrevoked(caller.claims)
        return caller

    def revoked_since(self, caller: Caller) -> Problem | None:
        """Why a caller who was let in would not be any more, having lost session or mandate meanwhile."""
        return self._view.refusal_of(caller.claims)
