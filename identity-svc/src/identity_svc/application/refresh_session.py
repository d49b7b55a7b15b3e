"""New tokens for an old refresh token, once."""

from dataclasses import replace
from datetime import datetime

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin

from ..domain.errors import RefreshTokenReused, SessionEnded
from ..domain.sessions import FoundSession, Refresh, RefreshToken, judge, read_refresh_token
from .count_forgeries import CountForgeries
from .open_session import IssuedTokens, OpenSession
from .ports import Sessions
from .revoke_access import RevokeAccess

log = structlog.get_logger(__name__)


class RefreshSession:
    """Has a transaction of its own: the end of a copied session must stand although the answer is 401."""

    def __init__(
        self,
        begin: Begin,
        sessions: Sessions,
        open_session: OpenSession,
        revoke_access: RevokeAccess,
        count_forgeries: CountForgeries,
    ) -> None:
        self._begin = begin
        self._sessions = sessions
        self._open_session = open_session
        self._revoke_access = revoke_access
        self._count_forgeries = count_forgeries

    async def __call__(self, text: str, address: str) -> IssuedTokens:
        """Raises SessionEnded; RefreshTokenReused after ending the session for good; TooManyAttempts to a forger."""
        token = read_refresh_token(text)
        moment = now()
        settled = await self._judged(token, moment) if token is not None else None
        if token is None or settled is None:
            await self._count_forgeries(address)
            raise SessionEnded
        verdict, found = settled
        if verdict is Refresh.ENDED:
            raise SessionEnded
        if verdict is Refresh.REUSED:
            log.warning("refresh_token_reused", session_id=str(token.session_id))
            raise RefreshTokenReused
        return await self._open_session.issue(token.session_id, found, moment)

    async def _judged(self, token: RefreshToken, moment: datetime) -> tuple[Refresh, FoundSession] | None:
        """None for a token that is not ours."""
        async with self._begin() as uow:
            found = await self._sessions.find_for_refresh(uow, token.session_id)
            if found is None or not token.is_genuine(found.secret):
                return None
            return await self._settle(uow, token, found, moment)

    async def _settle(
        self, uow: UnitOfWork, token: RefreshToken, found: FoundSession, moment: datetime
    ) -> tuple[Refresh, FoundSession]:
        """What the token means, carried out; and the session as it is then."""
        policy = self._open_session.policies.of(found.subject)
        verdict = judge(found.state, token.generation, moment, policy)
        if verdict is Refresh.REUSED:
            await self._revoke_access.session(uow, token.session_id, "refresh_token_reused")
        if verdict is not Refresh.ROTATE:
            return verdict, found
        idle_until = moment + policy.idle
        generation = await self._sessions.rotate(uow, token.session_id, moment, idle_until)
        return verdict, replace(
            found, state=replace(found.state, generation=generation, idle_until=idle_until)
        )
