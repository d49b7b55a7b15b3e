"""Ending what tokens name: sessions and mandates. In the commit that ends it, everybody is told."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from contracts.identity import AccessRevoked

from .ports import EndedSessions, Revocations, Sessions

_SKEW = timedelta(seconds=60)


def remembered(lifetime: timedelta) -> timedelta:
    """How long a revocation matters where access tokens live for `lifetime`."""
    return lifetime + _SKEW


class RevokeAccess:
    """`lifetime`: of an access token; a revocation may be forgotten once the last one that it concerns has expired.

    `ended`: who else must do something about sessions that end, in the same commit. `committed` is called after each
    commit that revoked something.
    """

    def __init__(
        self,
        sessions: Sessions,
        revocations: Revocations,
        lifetime: timedelta,
        ended: EndedSessions,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._sessions = sessions
        self._revocations = revocations
        self._remembered = remembered(lifetime)
        self._ended = ended
        self._committed = committed

    async def session(self, uow: UnitOfWork, session_id: UUID, reason: str) -> bool:
        """False where it had ended before."""
        ended = await self._sessions.end(uow, session_id, reason)
        await self._tell_of_sessions(uow, [session_id] if ended else [])
        return ended

    async def sessions_of(
        self, uow: UnitOfWork, owner_id: UUID, reason: str, *, but: UUID | None = None
    ) -> list[UUID]:
        """Ends every session of an account or officer, except perhaps the one they are using; those ended."""
        ended = await self._sessions.end_all(uow, owner_id, reason, but=but)
        await self._tell_of_sessions(uow, ended)
        return ended

    async def mandate(self, uow: UnitOfWork, mandate_id: UUID) -> None:
        """Once for each mandate; ending its own row is the caller's."""
        await self._tell(uow, [mandate_id], "mandate")

    async def _tell_of_sessions(self, uow: UnitOfWork, ids: Sequence[UUID]) -> None:
        await self._tell(uow, ids, "session")
        if ids:
            await self._ended.sessions_ended(uow, ids)

    async def _tell(self, uow: UnitOfWork, ids: Sequence[UUID], kind: Literal["session", "mandate"]) -> None:
        if not ids:
            return
        moment = now()
        forget_at = moment + self._remembered
        await self._revocations.add(uow, ids, kind, moment, forget_at)
        for revoked_id in ids:
            event = AccessRevoked(revoked_id=revoked_id, kind=kind, revoked_at=moment, forget_at=forget_at)
            uow.emit(event, version=1)
        uow.after_commit(self._committed)
