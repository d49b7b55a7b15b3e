"""Ending sessions of one's own: a device that was lost or lent, or all but the one at hand."""

from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.errors import SessionNotFound
from .ports import Sessions
from .revoke_access import RevokeAccess


class EndSessions:
    def __init__(self, sessions: Sessions, revoke_access: RevokeAccess) -> None:
        self._sessions = sessions
        self._revoke_access = revoke_access

    async def one(self, uow: UnitOfWork, owner_id: UUID, session_id: UUID) -> None:
        """Raises SessionNotFound, also when another request was faster."""
        if not await self._sessions.is_of(uow, owner_id, session_id):
            raise SessionNotFound
        if not await self._revoke_access.session(uow, session_id, "ended_by_owner"):
            raise SessionNotFound

    async def others(self, uow: UnitOfWork, owner_id: UUID, current: UUID) -> int:
        """Ends all but `current`; how many."""
        return len(await self._revoke_access.sessions_of(uow, owner_id, "ended_by_owner", but=current))
