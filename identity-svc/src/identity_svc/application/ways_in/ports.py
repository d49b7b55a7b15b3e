"""What the other ways in need of providers and of the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from ...domain.accounts import Subject
from ...domain.devices import Client
from ...domain.ways_in.faces import FaceCheck, FacePage, FaceState
from ...domain.ways_in.journey import Journey
from ...domain.ways_in.links import Link, LinkProof
from ...domain.ways_in.qr import QrAsked, QrSeen, QrState
from ...domain.ways_in.vouched import Provider, Vouched


class WeChat(Protocol):
    """All raise VouchingRefused, ProviderDown; WayNotOffered for an app that is not configured."""

    async def mini_program_user(self, js_code: str) -> Vouched: ...
    async def phone(self, phone_code: str) -> str:
        """As E.164."""
        ...


class Destination(Protocol):
    """A provider with a page of its own; both raise ProviderDown."""

    async def address(self, journey: Journey, return_uri: str) -> str:
        """Where to send the browser."""
        ...

    async def vouch(self, journey: Journey, return_uri: str, answer: Mapping[str, str]) -> Vouched:
        """Whom the provider vouches for, in `answer` to this journey. Raises VouchingRefused."""
        ...


class Links(Protocol):
    async def enter(self, uow: UnitOfWork, vouched: Vouched, at: datetime) -> Subject | None: ...
    async def add(
        self,
        uow: UnitOfWork,
        link_id: UUID,
        account_id: UUID,
        vouched: Vouched,
        proof: LinkProof,
        at: datetime,
    ) -> bool: ...
    async def of(self, uow: UnitOfWork, account_id: UUID) -> list[Link]: ...
    async def remove(self, uow: UnitOfWork, account_id: UUID, link_id: UUID) -> Provider | None: ...


class Tickets(Protocol):
    async def issue(self, uow: UnitOfWork, vouched: Vouched) -> str: ...
    async def read(self, uow: UnitOfWork, ticket: str) -> Vouched | None: ...
    async def use(self, uow: UnitOfWork, ticket: str) -> Vouched | None: ...
    async def sweep(self, uow: UnitOfWork) -> None: ...


class QrLogIns(Protocol):
    async def ask(self, uow: UnitOfWork, log_in_id: UUID, code: str, secret: str, client: Client) -> None: ...
    async def scan(
        self, uow: UnitOfWork, code: str, account_id: UUID, session_id: UUID
    ) -> QrAsked | None: ...
    async def answer(
        self, uow: UnitOfWork, log_in_id: UUID, account_id: UUID, session_id: UUID, state: QrState
    ) -> bool: ...
    async def seen(self, uow: UnitOfWork, log_in_id: UUID, secret: str) -> QrSeen | None: ...
    async def use(self, uow: UnitOfWork, log_in_id: UUID, secret: str) -> Subject | None: ...


class FaceService(Protocol):
    """Both raise PartnerUnavailable."""

    async def start(self, out_no: str, name: str, id_number: str, return_url: str) -> FacePage: ...
    async def result(self, check_no: str) -> FaceState: ...


class FaceChecks(Protocol):
    async def begin(self, uow: UnitOfWork, check_id: UUID, account_id: UUID) -> None: ...
    async def number(self, uow: UnitOfWork, check_id: UUID, check_no: str) -> None: ...
    async def of(self, uow: UnitOfWork, account_id: UUID, check_id: UUID) -> FaceCheck | None: ...
    async def settle(self, uow: UnitOfWork, check_id: UUID, state: FaceState) -> bool: ...
