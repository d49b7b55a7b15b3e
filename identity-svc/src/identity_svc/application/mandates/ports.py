"""What mandates need from outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.accounts import Account
from ...domain.mandates.mandate import Kind, Mandate, State


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom a mandate was offered to: `phone` is E.164."""

    phone: str
    name: str


@dataclass(frozen=True, slots=True)
class Window:
    """Where an officer saw the proof of a guardianship."""

    officer_id: UUID
    code: str


class Mandates(Protocol):
    async def offer(self, uow: UnitOfWork, mandate: Mandate, offer: Offer) -> None:
        """Raises OfferPending."""

    async def grant(self, uow: UnitOfWork, mandate: Mandate, proof: str, window: Window | None) -> None:
        """One that nobody has to accept. Raises AlreadyGuardian."""

    async def get(self, uow: UnitOfWork, mandate_id: UUID) -> Mandate | None: ...
    async def many(self, uow: UnitOfWork, mandate_ids: set[UUID]) -> list[Mandate]: ...
    async def locked(self, uow: UnitOfWork, mandate_id: UUID) -> Mandate | None: ...
    async def offer_of(self, uow: UnitOfWork, mandate_id: UUID) -> Offer | None: ...
    async def is_offered_to(self, uow: UnitOfWork, mandate_id: UUID, phone: str) -> bool: ...
    async def settled(self, uow: UnitOfWork, mandate: Mandate) -> None: ...
    async def active_between(
        self, uow: UnitOfWork, principal_id: UUID, agent_id: UUID, kind: Kind
    ) -> list[Mandate]: ...
    async def active_of_principal(self, uow: UnitOfWork, principal_id: UUID, kind: Kind) -> list[UUID]: ...
    async def of(
        self,
        uow: UnitOfWork,
        account_id: UUID,
        phone: str | None,
        *,
        side: str | None,
        state: State | None,
        before: UUID | None,
        limit: int,
    ) -> list[Mandate]: ...


class People(Protocol):
    """Accounts, as far as mandates are concerned."""

    async def by_id(self, uow: UnitOfWork, account_id: UUID) -> Account | None: ...
    async def by_phone(self, uow: UnitOfWork, phone: str) -> UUID | None: ...
    async def many(self, uow: UnitOfWork, account_ids: set[UUID]) -> dict[UUID, Account]: ...
    async def by_id_number(self, uow: UnitOfWork, id_number: str) -> Account | None: ...
    async def release_identity(self, uow: UnitOfWork, account_id: UUID) -> None: ...
    async def add_ward(self, uow: UnitOfWork, ward: Account) -> bool: ...


class Kinship(Protocol):
    async def is_parent(self, parent: tuple[str, str], child: tuple[str, str]) -> bool:
        """Each as name and number. Raises PartnerUnavailable."""


class Notices(Protocol):
    """Short messages to phones; they are sent by a job."""

    def to_offered(self, uow: UnitOfWork, mandate_id: UUID) -> None: ...
    def to_account(self, uow: UnitOfWork, account_id: UUID, mandate_id: UUID, template: str) -> None: ...


class Clock(Protocol):
    def __call__(self) -> datetime: ...
