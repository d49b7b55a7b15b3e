"""What a service says of the data it keeps of a person."""

from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from ..db.uow import UnitOfWork


class Record(BaseModel):
    """One thing kept: `section` a code, `title` and `title_en` how people call such things, `data` all of it."""

    section: str
    title: str
    title_en: str
    data: dict[str, Any]


class FileNote(BaseModel):
    """A file that belongs to the export. `path` is where it goes in it; `id` what it is fetched by."""

    id: str
    path: str


class ExportPage(BaseModel):
    """`next`: the id to go on behind; null: that was all."""

    records: list[Record] = []
    files: list[FileNote] = []
    next: UUID | None = None


class PersonalData(Protocol):
    """A service's side of it; each of these is asked by the account's id."""

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        """One page; `after` is the `next` of the page before."""

    async def file(self, uow: UnitOfWork, account_id: UUID, file_id: str) -> bytes | None:
        """A file that a page named; None where it is none of this account's."""
