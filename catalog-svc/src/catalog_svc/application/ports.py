"""What the use cases need of the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chassis.db import UnitOfWork
from contracts.identity import BranchDefined, DepartmentDefined, UnitDefined, WindowDefined

from ..domain.content import ItemContent
from ..domain.item import Item, Version
from ..domain.organisation import Organisation
from ..domain.publication import Publication
from ..domain.search_text import Query


@dataclass(frozen=True, slots=True)
class Published:
    """What is needed to render a published version anew."""

    code: str
    content: dict[str, Any]
    definition: dict[str, Any]
    published_at: datetime


class ItemStore(Protocol):
    """Items and their versions, for those who change them."""

    async def was_applied(self, uow: UnitOfWork, kind: str, fingerprint: str) -> bool: ...

    async def remember_applied(self, uow: UnitOfWork, kind: str, fingerprint: str) -> None: ...

    async def lock_catalogue(self, uow: UnitOfWork) -> None:
        """One import at a time, over all instances; until the end of the transaction."""
        ...

    async def lock_items(self, uow: UnitOfWork) -> dict[str, Item]: ...

    async def lock_item(self, uow: UnitOfWork, code: str) -> Item | None: ...

    async def add_items(self, uow: UnitOfWork, items: Sequence[Item]) -> None: ...

    async def save_items(self, uow: UnitOfWork, items: Sequence[Item]) -> None: ...

    async def versions(self, uow: UnitOfWork, code: str) -> list[Version]:
        """Newest first."""
        ...

    async def version(self, uow: UnitOfWork, code: str, version: int) -> Version | None: ...

    async def add_draft(self, uow: UnitOfWork, content: ItemContent, version: int, by: str) -> Version: ...

    async def save_draft(
        self, uow: UnitOfWork, content: ItemContent, version: int, revision: int, by: str
    ) -> bool:
        """False, and nothing done, when the draft is no longer at `revision` or no longer a draft."""
        ...

    async def delete_draft(self, uow: UnitOfWork, code: str, version: int, revision: int) -> bool: ...

    async def drafts(self, uow: UnitOfWork, after: str | None, limit: int) -> list[Version]: ...

    async def retire_current(
        self, uow: UnitOfWork, replacements: dict[str, int | None], at: datetime, by: str
    ) -> None:
        """Retires the published versions of these items; the values are the versions that replace them."""
        ...

    async def write_publications(self, uow: UnitOfWork, publications: Sequence[Publication], by: str) -> None:
        """Drafts become published, versions that are not there yet are added as published."""
        ...

    async def hide(self, uow: UnitOfWork, codes: Sequence[str]) -> None:
        """The public finds these items no longer."""
        ...

    async def show(self, uow: UnitOfWork, publications: Sequence[Publication]) -> None:
        """The public finds these items, as the publications say."""
        ...

    async def rewrite_guides(self, uow: UnitOfWork, publications: Sequence[Publication]) -> None: ...

    async def all_published(self, uow: UnitOfWork) -> list[Published]: ...

    async def item_named(self, uow: UnitOfWork, name_key: str, other_than: str) -> str | None:
        """The code of another published item with that name."""
        ...


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `applicant` person and enterprise include the items for both."""

    department: str | None = None
    online_class: str | None = None
    applicant: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One line of a list: `summary` is JSON as served, `key` where the next page would go on."""

    summary: str
    key: tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class StoredGuide:
    """A guide as stored. `guide` is None when the reader has it; `places` when nobody has told us yet."""

    state: str
    etag: str
    guide: bytes | None
    places: bytes | None
    retired_at: datetime | None
    replaced_by: int | None


class CatalogueReader(Protocol):
    """What the public reads."""

    async def page(self, uow: UnitOfWork, filters: Filters, after: str | None, limit: int) -> list[Found]:
        """By code."""
        ...

    async def search(
        self,
        uow: UnitOfWork,
        query: Query,
        filters: Filters,
        after: tuple[int, int, str] | None,
        limit: int,
        *,
        similar: bool,
    ) -> list[Found]:
        """Best first: exact, prefix, inside. `similar`: those that share some pairs of characters."""
        ...

    async def guide(self, uow: UnitOfWork, code: str, known_etags: Sequence[str]) -> StoredGuide | None: ...

    async def guide_of_version(
        self, uow: UnitOfWork, code: str, version: int, known_etags: Sequence[str]
    ) -> StoredGuide | None:
        """Published and retired versions; drafts are nobody's business yet."""
        ...

    async def latest_public_version(self, uow: UnitOfWork, code: str) -> int | None: ...

    async def places(self, uow: UnitOfWork, code: str) -> tuple[str, bytes | None] | None:
        """Where the item is handled, and who serves it; None when the item is not offered."""
        ...

    async def counts(self, uow: UnitOfWork) -> list[dict[str, Any]]: ...

    async def departments(self, uow: UnitOfWork) -> list[dict[str, Any]]: ...

    async def department_codes(self, uow: UnitOfWork) -> list[str]:
        """Those we were told of, and those that have items."""
        ...

    async def branches(self, uow: UnitOfWork) -> list[dict[str, Any]]: ...


class OrganisationStore(Protocol):
    """Our copy of the organisation; a definition older than the one we have changes nothing."""

    async def define_department(self, uow: UnitOfWork, event: DepartmentDefined, at: datetime) -> None: ...

    async def define_branch(self, uow: UnitOfWork, event: BranchDefined, at: datetime) -> None: ...

    async def define_unit(self, uow: UnitOfWork, event: UnitDefined, at: datetime) -> None: ...

    async def define_window(self, uow: UnitOfWork, event: WindowDefined, at: datetime) -> None: ...

    async def organisation(self, uow: UnitOfWork) -> Organisation: ...

    async def department_codes(self, uow: UnitOfWork) -> frozenset[str]: ...

    async def write_service_points(
        self, uow: UnitOfWork, points: dict[tuple[str, str], dict[str, Any]]
    ) -> None: ...
