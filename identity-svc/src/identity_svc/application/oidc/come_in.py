"""A browser that has just proven who sits before it: the new log-in takes the place of the old."""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork

from ...domain.accounts import Subject
from ...domain.oidc.errors import AccountNotReady
from ...domain.oidc.interaction import Seat
from ..revoke_access import RevokeAccess
from .browser_policy import BrowserPolicy
from .ports import Seats


class ComeIn:
    def __init__(self, seats: Seats, revoke_access: RevokeAccess, policy: BrowserPolicy) -> None:
        self._seats = seats
        self._revoke_access = revoke_access
        self._policy = policy

    async def __call__(self, uow: UnitOfWork, subject: Subject, session_id: UUID, before: Seat | None) -> str:
        """The cookie for the session that was just opened. Raises AccountNotReady.

        The same person's clients stay logged in; somebody else's are told that their session ended.
        """
        if not subject.roles:
            raise AccountNotReady
        moment = now()
        await self._seats.limit(
            uow,
            session_id,
            moment + self._policy.idle_of(subject),
            moment + self._policy.absolute_of(subject),
        )
        if before is not None and before.subject.id == subject.id:
            await self._seats.take_over(uow, before.session_id, session_id)
        if before is not None:
            await self._revoke_access.session(uow, before.session_id, "logged_in_again")
        return await self._seats.cookie(uow, session_id)
