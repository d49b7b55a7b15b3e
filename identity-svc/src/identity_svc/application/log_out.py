"""Ending the session one is using."""

from uuid import UUID

from chassis.db import UnitOfWork

from .revoke_access import RevokeAccess


class LogOut:
    """Its refresh token stops at once, its access tokens as soon as the gateway has heard of it."""

    def __init__(self, revoke_access: RevokeAccess) -> None:
        self._revoke_access = revoke_access

    async def __call__(self, uow: UnitOfWork, session_id: UUID) -> None:
        await self._revoke_access.session(uow, session_id, "logged_out")
