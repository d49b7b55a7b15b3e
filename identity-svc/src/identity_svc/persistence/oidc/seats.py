"""Sessions of browsers: rows of `session` like any other, proven by a cookie."""

from datetime import datetime
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork

from ...domain.oidc import browser
from ...domain.oidc.clients import Client, Scope
from ...domain.oidc.interaction import Seat
from ..sessions import SqlSessions

_KNOWN = """
SELECT (SELECT sub FROM oidc_subject WHERE department = $1 AND owner_id = $3) AS sub,
       (SELECT scopes FROM oidc_consent WHERE client_id = $2 AND owner_id = $3) AS scopes
"""
# Locked against its end: whoever ends it waits, and then finds who took part.
_HOLD = """
WITH held AS (SELECT id FROM session WHERE id = $1 AND ended_at IS NULL FOR UPDATE)
UPDATE session s SET rotated_at = now(), idle_until = greatest(s.idle_until, least($2, s.expires_at))
FROM held WHERE s.id = held.id
"""


class SqlSeats:
    def __init__(self, sessions: SqlSessions) -> None:
        self._sessions = sessions

    async def find(
        self, uow: UnitOfWork, session_id: UUID, proof: bytes, client: Client | None
    ) -> Seat | None:
        """Who is logged in; with what `client` knows of them. None where the session is over or the proof wrong."""
        found = await self._sessions.find(uow, session_id)
        if found is None or not browser.proves(session_id, found.secret, proof):
            return None
        state, moment = found.state, now()
        if state.ended or moment >= min(state.idle_until, state.expires_at):
            return None
        if client is None:
            return Seat(session_id, found.subject, found.authentication)
        row = await uow.fetchrow(_KNOWN, client.data.department, client.id, found.subject.id)
        assert row is not None
        return Seat(
            session_id,
            found.subject,
            found.authentication,
            sub=str(row["sub"]) if row["sub"] else None,
            agreed=frozenset(map(Scope, row["scopes"] or ())),
        )

    async def cookie(self, uow: UnitOfWork, session_id: UUID) -> str:
        found = await self._sessions.find(uow, session_id)
        assert found is not None
        return browser.session_cookie(session_id, found.secret)

    async def limit(
        self, uow: UnitOfWork, session_id: UUID, idle_until: datetime, expires_at: datetime
    ) -> None:
        """A browser may stand in a library: its log-in lasts no longer than this."""
        await uow.execute(
            "UPDATE session SET idle_until = least(idle_until, $2), expires_at = least(expires_at, $3) WHERE id = $1",
            session_id,
            idle_until,
            expires_at,
        )

    async def hold(self, uow: UnitOfWork, session_id: UUID, idle_until: datetime) -> bool:
        """Keeps it from ending before this transaction does, and counts as use; False when it has ended."""
        return await uow.execute(_HOLD, session_id, idle_until) == "UPDATE 1"

    async def take_over(self, uow: UnitOfWork, old: UUID, new: UUID) -> None:
        """What clients have of the old log-in goes on with the new one, of the same person."""
        await uow.execute("UPDATE oidc_participation SET session_id = $2 WHERE session_id = $1", old, new)
        await uow.execute("UPDATE oidc_grant SET session_id = $2 WHERE session_id = $1", old, new)
