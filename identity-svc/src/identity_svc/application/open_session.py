"""Opening a session: the row, its first refresh token and its first access token."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from ..domain.accounts import Subject
from ..domain.devices import Client
from ..domain.places import place_of
from ..domain.sessions import (
    SECRET_BYTES,
    Authentication,
    FoundSession,
    SessionPolicy,
    SessionState,
    issue_refresh_token,
)
from .mint_tokens import MintTokens
from .ports import KeyedHash, Messages, Sessions

AMR: Final[dict[str, tuple[str, ...]]] = {
    "password": ("pwd",),
    "code": ("sms",),
    "password+otp": ("pwd", "otp"),
    "password+recovery": ("pwd", "otp"),
    "password+device": ("pwd",),
    "wechat": ("fed",),
    "city": ("fed",),
    "qr": ("mca",),
}
"""How a session can be opened, and what RFC 8176 calls it; `fed`, which it lacks: another provider vouches."""


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What a client gets. Lifetimes in whole seconds from now."""

    session_id: UUID
    subject: Subject
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


@dataclass(frozen=True, slots=True)
class SessionPolicies:
    people: SessionPolicy
    officers: SessionPolicy

    def of(self, subject: Subject) -> SessionPolicy:
        return self.officers if subject.is_officer else self.people


class OpenSession:
    def __init__(
        self,
        sessions: Sessions,
        messages: Messages,
        minter: MintTokens,
        keyed_hash: KeyedHash,
        policies: SessionPolicies,
    ) -> None:
        self._sessions = sessions
        self._messages = messages
        self._minter = minter
        self._hash = keyed_hash
        self.policies = policies

    async def __call__(
        self, uow: UnitOfWork, subject: Subject, method: str, client: Client | None = None
    ) -> IssuedTokens:
        """`method` says how the owner proved to be themselves: a key of `AMR`.

        One whose `client` was not seen with them before is told to them, unless it is the first of all.
        """
        policy = self.policies.of(subject)
        session_id, secret, moment = uuid7(), secrets.token_bytes(SECRET_BYTES), now()
        idle_until, expires_at = moment + policy.idle, moment + policy.absolute
        authentication = Authentication(moment, AMR[method])
        unfamiliar = await self._sessions.open(
            uow,
            session_id,
            subject,
            method=method,
            authentication=authentication,
            device=client.device if client else None,
            device_hash=self._hash(f"device:{subject.id}:{client.mark}") if client else None,
            place_hash=self._hash(place_of(subject.id, client.address)) if client else None,
            secret=secret,
            idle_until=idle_until,
            expires_at=expires_at,
        )
        if unfamiliar:
            await self._messages.tell(uow, subject.id, "logged_in", {"session_id": str(session_id)})
        state = SessionState(1, moment, idle_until, expires_at, ended=False)
        return await self.issue(session_id, FoundSession(secret, state, subject, authentication), moment)

    async def issue(self, session_id: UUID, found: FoundSession, moment: datetime) -> IssuedTokens:
        """The tokens of a session's present generation."""
        state = found.state
        refresh_until = min(state.idle_until, state.expires_at)
        return IssuedTokens(
            session_id=session_id,
            subject=found.subject,
            access_token=await self._minter.for_subject(found.subject, session_id, found.authentication),
            expires_in=int(self._minter.lifetime.total_seconds()),
            refresh_token=issue_refresh_token(session_id, state.generation, found.secret).text(),
            refresh_expires_in=int((refresh_until - moment).total_seconds()),
        )
