"""Ending the session one is using."""

from uuid import UUID

from chassis.db import UnitOfWork

from .ports import Sessions


class LogOut:
    """Its refresh token stops at once; the access token lives out its few minutes."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def __call__(self, uow: UnitOfWork, session_id: UUID) -> None:
        await self._sessions.end(uow, session_id, "logged_out")
