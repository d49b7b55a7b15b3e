"""Grants, the clients' part in sessions, and what each department knows people by."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ...application.oidc.ports import LogOutAddress
from ...domain.oidc.authorization import Asked
from ...domain.oidc.clients import Client, Scope
from ...domain.oidc.grants import Grant
from ...domain.oidc.interaction import Seat
from ...domain.sessions import SessionState
from ..sessions import SqlSessions

_GIVE = """
INSERT INTO oidc_grant (id, session_id, client_id, owner_id, scopes, redirect_uri, code_challenge, nonce, secret,
  code_expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_FIND = """
SELECT g.id, g.session_id, g.client_id, g.owner_id, g.scopes, g.redirect_uri, g.code_challenge, g.nonce, g.secret,
       g.code_expires_at, g.code_used_at, g.generation, g.rotated_at, g.revoked_at, p.sid, k.sub
FROM oidc_grant g JOIN oidc_client c ON c.id = g.client_id AND c.active
  JOIN oidc_participation p ON p.session_id = g.session_id AND p.client_id = g.client_id
  JOIN oidc_subject k ON k.department = c.department AND k.owner_id = g.owner_id
WHERE g.id = $1
"""
_KNOW = "INSERT INTO oidc_subject (department, owner_id, sub) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
_JOIN = (
    "INSERT INTO oidc_participation (session_id, client_id, sid) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
)
_ADDRESS = """
SELECT c.id, c.backchannel_logout_uri, p.sid, k.sub
FROM oidc_participation p JOIN oidc_client c ON c.id = p.client_id JOIN session s ON s.id = p.session_id
  LEFT JOIN oidc_subject k ON k.department = c.department AND k.owner_id = coalesce(s.account_id, s.officer_id)
WHERE p.sid = $1 AND c.active AND c.backchannel_logout_uri IS NOT NULL
"""
_OF_SESSIONS = """
SELECT p.sid FROM oidc_participation p JOIN oidc_client c ON c.id = p.client_id
WHERE p.session_id = ANY($1::uuid[]) AND c.backchannel_logout_uri IS NOT NULL
"""
_OF_OWNER = """
SELECT p.sid FROM oidc_participation p JOIN session s ON s.id = p.session_id
WHERE (s.account_id = $1 OR s.officer_id = $1) AND s.ended_at IS NULL AND p.client_id = $2
"""


class SqlGrants:
    def __init__(self, sealer: Sealer, sessions: SqlSessions) -> None:
        self._sealer = sealer
        self._sessions = sessions

    async def give(
        self,
        uow: UnitOfWork,
        grant_id: UUID,
        asked: Asked,
        seat: Seat,
        scopes: frozenset[Scope],
        secret: bytes,
        code_expires_at: datetime,
    ) -> None:
        await uow.execute(
            _GIVE,
            grant_id,
            seat.session_id,
            asked.client_id,
            seat.subject.id,
            sorted(scopes),
            asked.redirect_uri,
            asked.code_challenge,
            asked.nonce,
            self._sealer.seal(secret, grant_id.bytes),
            code_expires_at,
        )

    async def find(self, uow: UnitOfWork, grant_id: UUID) -> Grant | None:
        """None also for those of clients that were disabled."""
        return await self._grant(uow, await uow.fetchrow(_FIND, grant_id))

    async def lock(self, uow: UnitOfWork, grant_id: UUID) -> Grant | None:
        """As `find`, and nobody else works on it until this transaction ends."""
        return await self._grant(uow, await uow.fetchrow(f"{_FIND} FOR UPDATE OF g", grant_id))

    async def use_code(self, uow: UnitOfWork, grant_id: UUID, at: datetime) -> None:
        await uow.execute(
            "UPDATE oidc_grant SET code_used_at = $2, rotated_at = $2, generation = 1 WHERE id = $1",
            grant_id,
            at,
        )

    async def rotate(self, uow: UnitOfWork, grant_id: UUID, at: datetime) -> int:
        """The new generation."""
        return await uow.fetchval(
            "UPDATE oidc_grant SET generation = generation + 1, rotated_at = $2 WHERE id = $1 RETURNING generation",
            grant_id,
            at,
        )

    async def revoke(self, uow: UnitOfWork, grant_id: UUID, reason: str) -> bool:
        """False where it was revoked before."""
        tag = await uow.execute(
            "UPDATE oidc_grant SET revoked_at = now(), revoke_reason = $2 WHERE id = $1 AND revoked_at IS NULL",
            grant_id,
            reason,
        )
        return tag == "UPDATE 1"

    async def revoke_of(self, uow: UnitOfWork, owner_id: UUID, client_id: str, reason: str) -> list[UUID]:
        """All that a client has of somebody."""
        rows = await uow.fetch(
            "UPDATE oidc_grant SET revoked_at = now(), revoke_reason = $3"
            " WHERE owner_id = $1 AND client_id = $2 AND revoked_at IS NULL RETURNING id",
            owner_id,
            client_id,
            reason,
        )
        return [row["id"] for row in rows]

    async def join(self, uow: UnitOfWork, session_id: UUID, client: Client, owner_id: UUID) -> None:
        """The client takes part in the session, and its department knows the owner by a name of its own."""
        await uow.execute(_KNOW, client.data.department, owner_id, uuid4())
        await uow.execute(_JOIN, session_id, client.id, uuid4())

    async def _grant(self, uow: UnitOfWork, row: Mapping[str, Any] | None) -> Grant | None:
        session = await self._sessions.find(uow, row["session_id"]) if row else None
        if row is None or session is None:
            return None
        state = session.state
        return Grant(
            id=row["id"],
            session_id=row["session_id"],
            client_id=row["client_id"],
            owner_id=row["owner_id"],
            scopes=frozenset(map(Scope, row["scopes"])),
            redirect_uri=row["redirect_uri"],
            code_challenge=row["code_challenge"],
            nonce=row["nonce"],
            secret=self._sealer.open(row["secret"], row["id"].bytes),
            code_expires_at=row["code_expires_at"],
            code_used=row["code_used_at"] is not None,
            refresh=SessionState(
                row["generation"],
                row["rotated_at"],
                state.idle_until,
                state.expires_at,
                ended=state.ended or row["revoked_at"] is not None,
            ),
            subject=session.subject,
            authentication=session.authentication,
            sid=row["sid"],
            sub=row["sub"],
        )


class SqlParticipations:
    """Which clients took part in which sessions; each knows the session by a `sid` of its own."""

    async def of_sessions(self, uow: UnitOfWork, session_ids: Sequence[UUID]) -> list[UUID]:
        """The `sid` of each client that wants to hear of the end of these sessions."""
        return [row["sid"] for row in await uow.fetch(_OF_SESSIONS, session_ids)]

    async def of_owner(self, uow: UnitOfWork, owner_id: UUID, client_id: str) -> list[UUID]:
        """A client's `sid` of every session that its owner has now."""
        return [row["sid"] for row in await uow.fetch(_OF_OWNER, owner_id, client_id)]

    async def address(self, uow: UnitOfWork, sid: UUID) -> LogOutAddress | None:
        """None where nobody wants to hear of it any more."""
        row = await uow.fetchrow(_ADDRESS, sid)
        return LogOutAddress(*row) if row else None

    async def session_of(self, uow: UnitOfWork, client_id: str, sid: UUID) -> UUID | None:
        return await uow.fetchval(
            "SELECT session_id FROM oidc_participation WHERE sid = $1 AND client_id = $2", sid, client_id
        )
