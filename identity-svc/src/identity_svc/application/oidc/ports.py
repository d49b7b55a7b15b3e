"""What the provider needs of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.oidc.authorization import Asked, Flow
from ...domain.oidc.clients import Client, ClientData, ClientSecrets, Scope
from ...domain.oidc.grants import Grant
from ...domain.oidc.interaction import Seat


@dataclass(frozen=True, slots=True)
class Consent:
    client_id: str
    name: str
    name_en: str
    department: str
    scopes: frozenset[Scope]
    given_at: datetime


@dataclass(frozen=True, slots=True)
class LogOutAddress:
    """Where and of what a client must be told: `sub` may be gone with its account."""

    client_id: str
    uri: str
    sid: UUID
    sub: UUID | None


class Clients(Protocol):
    async def add(self, uow: UnitOfWork, client_id: str, data: ClientData, secret: bytes | None) -> None: ...
    async def by_id(self, uow: UnitOfWork, client_id: str) -> Client | None: ...
    async def secrets(self, uow: UnitOfWork, client_id: str) -> ClientSecrets: ...
    async def page(self, uow: UnitOfWork, department: str | None, after: str, limit: int) -> list[Client]: ...
    async def change(self, uow: UnitOfWork, client_id: str, version: int, data: ClientData) -> int | None: ...
    async def new_secret(
        self, uow: UnitOfWork, client_id: str, secret: bytes, old_until: datetime
    ) -> None: ...
    async def use_assertion(
        self, uow: UnitOfWork, client_id: str, jti: str, expires_at: datetime
    ) -> bool: ...


class Flows(Protocol):
    async def open(
        self, uow: UnitOfWork, flow_id: str, asked: Asked, browser: bytes, asked_at: datetime, until: datetime
    ) -> None: ...
    async def find(self, uow: UnitOfWork, flow_id: str, browser: bytes) -> Flow | None: ...
    async def choose(self, uow: UnitOfWork, flow_id: str, session_id: UUID) -> None: ...
    async def consent(self, uow: UnitOfWork, flow_id: str, owner_id: UUID) -> None: ...
    async def close(self, uow: UnitOfWork, flow_id: str) -> bool: ...


class Seats(Protocol):
    """Sessions of browsers."""

    async def find(
        self, uow: UnitOfWork, session_id: UUID, proof: bytes, client: Client | None
    ) -> Seat | None: ...
    async def cookie(self, uow: UnitOfWork, session_id: UUID) -> str: ...
    async def limit(
        self, uow: UnitOfWork, session_id: UUID, idle_until: datetime, expires_at: datetime
    ) -> None: ...
    async def hold(self, uow: UnitOfWork, session_id: UUID, idle_until: datetime) -> bool: ...
    async def take_over(self, uow: UnitOfWork, old: UUID, new: UUID) -> None: ...


class Grants(Protocol):
    async def give(
        self,
        uow: UnitOfWork,
        grant_id: UUID,
        asked: Asked,
        seat: Seat,
        scopes: frozenset[Scope],
        secret: bytes,
        code_expires_at: datetime,
    ) -> None: ...
    async def find(self, uow: UnitOfWork, grant_id: UUID) -> Grant | None: ...
    async def lock(self, uow: UnitOfWork, grant_id: UUID) -> Grant | None: ...
    async def use_code(self, uow: UnitOfWork, grant_id: UUID, at: datetime) -> None: ...
    async def rotate(self, uow: UnitOfWork, grant_id: UUID, at: datetime) -> int: ...
    async def revoke(self, uow: UnitOfWork, grant_id: UUID, reason: str) -> bool: ...
    async def revoke_of(self, uow: UnitOfWork, owner_id: UUID, client_id: str, reason: str) -> list[UUID]: ...
    async def join(self, uow: UnitOfWork, session_id: UUID, client: Client, owner_id: UUID) -> None: ...


class Participations(Protocol):
    async def of_sessions(self, uow: UnitOfWork, session_ids: Sequence[UUID]) -> list[UUID]: ...
    async def of_owner(self, uow: UnitOfWork, owner_id: UUID, client_id: str) -> list[UUID]: ...
    async def address(self, uow: UnitOfWork, sid: UUID) -> LogOutAddress | None: ...
    async def session_of(self, uow: UnitOfWork, client_id: str, sid: UUID) -> UUID | None: ...


class Consents(Protocol):
    async def give(
        self, uow: UnitOfWork, owner_id: UUID, client_id: str, scopes: frozenset[Scope]
    ) -> None: ...
    async def of(self, uow: UnitOfWork, owner_id: UUID) -> list[Consent]: ...
    async def withdraw(self, uow: UnitOfWork, owner_id: UUID, client_id: str) -> bool: ...


class SignsTokens(Protocol):
    async def sign(self, typ: str, claims: dict[str, Any]) -> str: ...
