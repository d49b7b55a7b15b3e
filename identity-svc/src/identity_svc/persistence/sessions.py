"""Sessions: one row each, however often refreshed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.sealing import Sealer

from ..domain.accounts import Kind, Subject
from ..domain.people.errors import AccountClosed
from ..domain.sessions import Authentication, FoundSession, SessionState, SessionSummary
from .officers import SUBJECT_COLUMNS, officer_subject

# In RETURNING the table is seen as it was before the row.
_OPEN = """
WITH here AS (
  INSERT INTO known_place (place_hash, owner_id, seen_at)
  SELECT $11::bytea, $2::uuid, $5::timestamptz WHERE $11::bytea IS NOT NULL
  ON CONFLICT (place_hash) DO UPDATE SET seen_at = excluded.seen_at
    WHERE known_place.seen_at < excluded.seen_at - interval '1 day'
)
INSERT INTO session
  (id, {owner}, method, secret, created_at, rotated_at, authenticated_at, amr, idle_until, expires_at, device,
   device_hash)
VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8, $9, $10)
RETURNING $10::bytea IS NOT NULL
  AND EXISTS (SELECT FROM session WHERE {owner} = $2 AND device_hash IS NOT NULL)
  AND NOT EXISTS (SELECT FROM session WHERE {owner} = $2 AND device_hash = $10)
"""
_OPEN_OF_OFFICER = _OPEN.format(owner="officer_id")
_OPEN_OF_PERSON = _OPEN.format(owner="account_id").replace(
    "VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8, $9, $10)",
    """SELECT $1::uuid, id, $3::text, $4::bytea, $5::timestamptz, $5, $5, $6::text[], $7::timestamptz, $8::timestamptz,
  $9::text, $10::bytea FROM account WHERE id = $2 AND closed_at IS NULL""",
)
_LIVE = """(account_id = $1 OR officer_id = $1) AND ended_at IS NULL
  AND idle_until > now() AND expires_at > now()"""
_LIST = f"""
SELECT id, name, device, method, amr, created_at, rotated_at, least(idle_until, expires_at) AS expires_at
FROM session WHERE {_LIVE} AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
"""
_FIND = f"""
SELECT s.secret, s.authenticated_at, s.amr, s.generation, s.rotated_at, s.idle_until, s.expires_at, s.ended_at,
       a.id AS account_id, a.kind, a.ial,
       {SUBJECT_COLUMNS}
FROM session s LEFT JOIN account a ON a.id = s.account_id LEFT JOIN officer o ON o.id = s.officer_id
WHERE s.id = $1
"""


class SqlSessions:
    def __init__(self, sealer: Sealer, *, requires_factor: bool = False) -> None:
        self._sealer = sealer
        self._requires_factor = requires_factor

    async def open(
        self,
        uow: UnitOfWork,
        session_id: UUID,
        subject: Subject,
        *,
        method: str,
        authentication: Authentication,
        device: str | None,
        device_hash: bytes | None,
        place_hash: bytes | None,
        secret: bytes,
        idle_until: datetime,
        expires_at: datetime,
    ) -> bool:
        """Whether the owner had sessions before, and none of them with this `device_hash`. Raises AccountClosed.

        From now on the owner is known at the place.
        """
        unfamiliar = await uow.fetchval(
            _OPEN_OF_OFFICER if subject.is_officer else _OPEN_OF_PERSON,
            session_id,
            subject.id,
            method,
            self._sealer.seal(secret, session_id.bytes),
            authentication.at,
            list(authentication.amr),
            idle_until,
            expires_at,
            device,
            device_hash,
            place_hash,
        )
        if unfamiliar is None:
            raise AccountClosed
        return bool(unfamiliar)

    async def of(
        self, uow: UnitOfWork, owner_id: UUID, before: UUID | None, limit: int
    ) -> list[SessionSummary]:
        """Those that go on, newest first; `before` is the id that ended the last page."""
        rows = await uow.fetch(_LIST, owner_id, before, limit)
        return [_summary(row) for row in rows]

    async def rename(self, uow: UnitOfWork, owner_id: UUID, session_id: UUID, name: str | None) -> bool:
        """False where the owner has no such session."""
        tag = await uow.execute(
            f"UPDATE session SET name = $3 WHERE {_LIVE} AND id = $2", owner_id, session_id, name
        )
        return tag == "UPDATE 1"

    async def is_of(self, uow: UnitOfWork, owner_id: UUID, session_id: UUID) -> bool:
        """Whether the session goes on and is theirs."""
        return await uow.fetchval(
            f"SELECT EXISTS (SELECT FROM session WHERE {_LIVE} AND id = $2)", owner_id, session_id
        )

    async def find(self, uow: UnitOfWork, session_id: UUID) -> FoundSession | None:
        """The session and its owner."""
        return self._found(session_id, await uow.fetchrow(_FIND, session_id))

    async def find_for_refresh(self, uow: UnitOfWork, session_id: UUID) -> FoundSession | None:
        """As `find`, locked, so that two refreshes of one token come one after the other."""
        return self._found(session_id, await uow.fetchrow(f"{_FIND} FOR UPDATE OF s", session_id))

    def _found(self, session_id: UUID, row: Mapping[str, Any] | None) -> FoundSession | None:
        if row is None:
            return None
        ended = row["ended_at"] is not None
        if row["officer_id"]:
            subject = officer_subject(row["officer_id"], row, requires_factor=self._requires_factor)
            ended = ended or not row["active"]
        else:
            subject = Subject(row["account_id"], False, (Kind(row["kind"]).role,), ial=row["ial"])
        state = SessionState(
            row["generation"], row["rotated_at"], row["idle_until"], row["expires_at"], ended
        )
        authentication = Authentication(row["authenticated_at"], tuple(row["amr"]))
        secret = self._sealer.open(row["secret"], session_id.bytes)
        return FoundSession(secret, state, subject, authentication)

    async def rotate(self, uow: UnitOfWork, session_id: UUID, at: datetime, idle_until: datetime) -> int:
        """The new generation."""
        return await uow.fetchval(
            "UPDATE session SET generation = generation + 1, rotated_at = $2, idle_until = $3"
            " WHERE id = $1 RETURNING generation",
            session_id,
            at,
            idle_until,
        )

    async def end(self, uow: UnitOfWork, session_id: UUID, reason: str) -> bool:
        """False where it had ended before, or never was."""
        tag = await uow.execute(
            "UPDATE session SET ended_at = now(), end_reason = $2 WHERE id = $1 AND ended_at IS NULL",
            session_id,
            reason,
        )
        return tag == "UPDATE 1"

    async def end_all(
        self, uow: UnitOfWork, owner_id: UUID, reason: str, *, but: UUID | None = None
    ) -> list[UUID]:
        """Ends every session of an account or officer, except perhaps the one they are using; those ended."""
        rows = await uow.fetch(
            "UPDATE session SET ended_at = now(), end_reason = $2"
            " WHERE (account_id = $1 OR officer_id = $1) AND ended_at IS NULL AND id IS DISTINCT FROM $3"
            " RETURNING id",
            owner_id,
            reason,
            but,
        )
        return [row["id"] for row in rows]

    async def is_open(self, uow: UnitOfWork, session_id: UUID) -> bool:
        found = await uow.read_value(
            "SELECT ended_at IS NULL AND idle_until > now() AND expires_at > now() FROM session WHERE id = $1",
            session_id,
        )
        return bool(found)

    async def sweep(self, uow: UnitOfWork) -> None:
        """Sessions are kept a month after their end, for whoever asks what happened."""
        await uow.execute("DELETE FROM session WHERE expires_at < now() - interval '30 days'")


def _summary(row: Mapping[str, Any]) -> SessionSummary:
    return SessionSummary(
        id=row["id"],
        name=row["name"],
        device=row["device"],
        method=row["method"],
        amr=tuple(row["amr"]),
        opened_at=row["created_at"],
        used_at=row["rotated_at"],
        expires_at=row["expires_at"],
    )
