"""What an export needs from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.people import ExportPage

from ...domain.people.export import Export


class PartMissing(Exception):
    """A service did not answer."""


class Source(Protocol):
    """One service's part."""

    async def page(self, account_id: UUID, after: str | None) -> ExportPage:
        """Raises PartMissing."""

    async def file(self, account_id: UUID, file_id: str) -> bytes | None:
        """None where it went meanwhile. Raises PartMissing."""


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
