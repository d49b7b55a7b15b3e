"""What a service says of the data it keeps of a person, and what it must be able to do with it."""

from datetime import date
from typing import Any, Literal, Protocol
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


class Blocker(BaseModel):
    """Why an account cannot be erased now, in words its owner can act on. `code` is for programs."""

    code: str
    zh: str
    en: str


class Outcome(BaseModel):
    """What becomes of one kind of data. What is kept says why, and the last day of the first that becomes free.

    `until` null: not known yet, or no end is set. `confirmed` false: the bureau has yet to confirm the period.
    `count` null: kept with the rest of everybody's, where nobody looks for a single person's.
    """

    what: str
    what_en: str
    outcome: Literal["erased", "kept"]
    count: int | None
    why: str | None = None
    why_en: str | None = None
    until: date | None = None
    confirmed: bool = True


class ErasureReport(BaseModel):
    """`done` false: what would become of the data today."""

    done: bool
    outcomes: list[Outcome]


class PersonalData(Protocol):
    """A service's side of it; each of these is asked by the account's id."""

    async def export(self, uow: UnitOfWork, account_id: UUID, after: UUID | None) -> ExportPage:
        """One page; `after` is the `next` of the page before."""

    async def file(self, uow: UnitOfWork, account_id: UUID, file_id: str) -> bytes | None:
        """A file that a page named; None where it is none of this account's."""

    async def blockers(self, uow: UnitOfWork, account_id: UUID) -> list[Blocker]:
        """What must end before its account is erased; empty: nothing stands in the way."""

    async def erase(self, uow: UnitOfWork, account_id: UUID) -> list[Outcome]:
        """Erases what no law keeps, and says what became of all. Run again later, it erases what has become free.

        Does nothing but by `uow`: it is also run to be undone, for a preview.
        """
