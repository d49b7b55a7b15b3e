"""What an export, or the end of an account, needs from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import Blocker, ErasureReport, ExportPage, Outcome

from ...domain.people.erasure import Erasure
from ...domain.people.export import Export


class PartMissing(Exception):
    """A service did not answer."""


class Source(Protocol):
    """One service's part."""

    async def page(self, account_id: UUID, after: str | None) -> ExportPage:
        """Raises PartMissing."""

    async def file(self, account_id: UUID, file_id: str) -> bytes | None:
        """None where it went meanwhile. Raises PartMissing."""

    async def blockers(self, account_id: UUID) -> Sequence[Blocker]:
        """Raises PartMissing."""

    async def erasure(self, account_id: UUID) -> ErasureReport:
        """What became of the data, or would. Raises PartMissing."""


class Exports(Protocol):
    async def add(self, uow: UnitOfWork, export: Export) -> bool:
        """False while another one of the account is being prepared."""

    async def get(self, uow: UnitOfWork, account_id: UUID, export_id: UUID) -> Export | None: ...

    async def prepared(self, uow: UnitOfWork, export_id: UUID) -> Export | None:
        """By whoever prepares it; None where it is gone."""

    async def of(self, uow: UnitOfWork, account_id: UUID) -> Sequence[Export]:
        """The newest ten, newest first."""

    async def put(self, uow: UnitOfWork, export_id: UUID, path: str, content: bytes) -> None: ...

    async def paths(self, uow: UnitOfWork, export_id: UUID) -> Sequence[str]: ...

    async def update(self, uow: UnitOfWork, export: Export) -> None: ...

    async def note_download(self, uow: UnitOfWork, export_id: UUID, at: datetime) -> None: ...

    async def sweep(self, uow: UnitOfWork) -> None: ...


class Erasures(Protocol):
    async def add(self, uow: UnitOfWork, erasure: Erasure, receipt: str) -> bool:
        """False while another one of the account is open."""

    async def latest(self, uow: UnitOfWork, account_id: UUID) -> Erasure | None: ...

    async def get(self, uow: UnitOfWork, erasure_id: UUID) -> Erasure | None: ...

    async def locked(self, uow: UnitOfWork, erasure_id: UUID) -> Erasure | None: ...

    async def by_receipt(self, uow: UnitOfWork, receipt: str) -> Erasure | None: ...

    async def update(self, uow: UnitOfWork, erasure: Erasure) -> None: ...

    async def taken_over(self, uow: UnitOfWork, account_id: UUID) -> list[UUID]:
        """Accounts that were opened for its owner as a child."""

    async def close(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> None:
        """From the commit on nobody opens a session."""

    async def reopen(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> None: ...

    async def open_mandates(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> list[UUID]:
        """Offered and active ones, on either side."""

    async def dependents(self, uow: UnitOfWork, accounts: Sequence[UUID]) -> list[Blocker]:
        """Who depends on them; asked again, and whoever else's end would leave the same ones alone waits for ours."""

    async def is_telling(self, uow: UnitOfWork, accounts: Sequence[UUID], kind: str) -> bool:
        """Whether a client that took part in their sessions is still to be told of the end, by a job of `kind`."""

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> tuple[int, list[Outcome]]:
        """What identity-svc keeps, the account itself made a tombstone; its version, and what became of all."""
