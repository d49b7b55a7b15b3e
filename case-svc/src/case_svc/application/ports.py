"""What the use cases need from outside, split by capability; `bootstrap.py` picks the concrete ones."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from contracts.catalog import ItemDefinition
from contracts.tokens import Actor

from ..domain.answers import Answers
from ..domain.break_glass import Grant
from ..domain.case import Case, Moved, Note
from ..domain.form import Form
from ..domain.hands import Agent
from ..domain.item import Item
from ..domain.looks import Look
from ..domain.people import Applicant, Officer
from ..domain.routing import Places
from ..domain.timeline import Entry
from .records import Editable, ExceptionUsed, Filled, Folder, Material, Submission

Direction = Literal["to_applicant", "from_applicant"]


class CaseStore(Protocol):
    async def load(self, uow: UnitOfWork, case_id: UUID, *, for_update: bool = False) -> Case | None: ...
    async def load_by_number(self, uow: UnitOfWork, case_no: str) -> Case | None: ...
    async def lock_for_change(self, uow: UnitOfWork, case_id: UUID) -> Case | None: ...
    async def load_with_files(self, uow: UnitOfWork, case_id: UUID) -> tuple[Case, int] | None: ...
    def open_draft(self, uow: UnitOfWork, case: Case, answers: bytes) -> None: ...
    async def lock_many(self, uow: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, Case]: ...
    def write(self, uow: UnitOfWork, moved: Moved) -> None: ...
    def write_all(self, uow: UnitOfWork, told: Sequence[Moved | Note]) -> None: ...
    async def versions(self, uow: UnitOfWork, case_ids: Collection[UUID]) -> dict[UUID, int]: ...
    def place(self, uow: UnitOfWork, case: Case, branch: str | None, window: str | None) -> None: ...
    def repin(self, uow: UnitOfWork, case: Case, item_version: int) -> None: ...
    def note_postage(self, uow: UnitOfWork, case_id: UUID, cents: int) -> None: ...
    async def delete_draft(self, uow: UnitOfWork, case: Case) -> Sequence[str]: ...


class FormStore(Protocol):
    def sealed_answers(self, case_id: UUID, answers: Answers) -> bytes: ...
    async def load(self, uow: UnitOfWork, case_id: UUID) -> Filled | None: ...
    async def load_for_submission(self, uow: UnitOfWork, case_id: UUID) -> Submission | None: ...
    async def editable(self, uow: UnitOfWork, case_id: UUID) -> Editable | None: ...
    def save(
        self,
        uow: UnitOfWork,
        case_id: UUID,
        applicant_id: UUID,
        answers: Answers,
        version: int,
        otherwise: Callable[[], Exception],
    ) -> None: ...
    def replace(self, uow: UnitOfWork, case_id: UUID, answers: Answers, version: int) -> None: ...
    async def keep_applicant(
        self, uow: UnitOfWork, case_id: UUID, applicant: dict[str, Any], masked: str
    ) -> None: ...


class Folders(Protocol):
    async def open(self, uow: UnitOfWork, case_id: UUID) -> Folder | None: ...
    async def look(self, uow: UnitOfWork, case_id: UUID, officer: Officer) -> Folder | None: ...
    async def look_by_scope(self, uow: UnitOfWork, case_id: UUID, officer: Officer) -> Folder | None: ...
    async def look_by_exception(
        self, uow: UnitOfWork, case_id: UUID, officer: Officer, at: datetime
    ) -> Folder | None: ...


class MaterialRows(Protocol):
    def add(
        self, uow: UnitOfWork, material: Material, *, limit: int, otherwise: Callable[[], Exception]
    ) -> None: ...
    async def find(self, uow: UnitOfWork, case_id: UUID, material_id: UUID) -> Material | None: ...
    async def remove(self, uow: UnitOfWork, case_id: UUID, material_id: UUID) -> str | None: ...


class Items(Protocol):
    async def pinned(self, uow: UnitOfWork, code: str, version: int) -> Item: ...
    async def pinned_many(
        self, uow: UnitOfWork, wanted: set[tuple[str, int]]
    ) -> dict[tuple[str, int], Item]: ...
    async def current(self, uow: UnitOfWork, code: str) -> Item: ...
    def form(self, item: Item) -> Form: ...
    async def store(self, uow: UnitOfWork, definition: ItemDefinition, published_at: datetime) -> None: ...
    async def retire(
        self, uow: UnitOfWork, code: str, version: int, retired_at: datetime, replaced_by: int | None
    ) -> bool: ...


class Organisation(Protocol):
    async def places(self, uow: UnitOfWork, department: str) -> Places: ...
    async def unit_names(self, uow: UnitOfWork) -> dict[str, str]: ...
    async def unit_of(self, uow: UnitOfWork, officer_id: UUID) -> str | None: ...
    async def store(self, uow: UnitOfWork, event: Any) -> None: ...


class History(Protocol):
    def note(
        self, uow: UnitOfWork, case_id: UUID, about: str, at: datetime, facts: dict[str, Any]
    ) -> None: ...
    async def entries(self, uow: UnitOfWork, case_id: UUID) -> list[Entry]: ...
    async def edges_after(self, uow: UnitOfWork, case_id: UUID, version: int, limit: int) -> list[Entry]: ...
    async def record_view(
        self,
        uow: UnitOfWork,
        case_id: UUID,
        *,
        viewer: str,
        unit: str | None,
        what: str,
        role: str | None = None,
        grant_id: UUID | None = None,
    ) -> None: ...
    async def looks(self, uow: UnitOfWork, case_id: UUID, limit: int) -> list[Look]: ...


class Hands(Protocol):
    def note(self, uow: UnitOfWork, case_id: UUID, actor: Actor, what: str, at: datetime) -> None: ...


class Exceptions(Protocol):
    def add(self, uow: UnitOfWork, case: Case, grant: Grant) -> None: ...
    async def active(self, uow: UnitOfWork, case_id: UUID, officer_id: UUID, at: datetime) -> UUID | None: ...
    async def of_department(
        self, uow: UnitOfWork, department: str, after: UUID | None, limit: int
    ) -> Sequence[ExceptionUsed]: ...


class Lists(Protocol):
    async def mine(
        self,
        uow: UnitOfWork,
        applicant: Applicant,
        states: Sequence[str] | None,
        after: UUID | None,
        limit: int,
    ) -> list[Case]: ...
    async def queue(
        self,
        uow: UnitOfWork,
        units: Sequence[str],
        department: str,
        states: Sequence[str] | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
        unclaimed: bool = False,
    ) -> list[Case]: ...
    async def claimed(
        self,
        uow: UnitOfWork,
        officer_id: UUID,
        states: Sequence[str] | None,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Case]: ...


class Claims(Protocol):
    def assign(
        self,
        uow: UnitOfWork,
        case: Case,
        holder: UUID | None,
        about: str,
        by: UUID,
        at: datetime,
        facts: dict[str, Any],
    ) -> Case: ...
    async def give_back(self, uow: UnitOfWork, holder: UUID, kept_unit: str | None, at: datetime) -> None: ...


class Documents(Protocol):
    """Issues the signed record of a result, in the transaction of the edge that produces it."""

    async def issue(
        self,
        uow: UnitOfWork,
        *,
        case_id: UUID,
        case_no: str,
        item: ItemDefinition,
        unit: str,
        applicant_id: UUID,
        issued_at: datetime,
        holder_masked: str | None = None,
    ) -> UUID: ...

    async def supersede(self, uow: UnitOfWork, document_id: UUID, reason: str) -> None:
        """Ends the validity of one that another takes the place of."""
        ...


class People(Protocol):
    """Who an account belongs to, asked of identity-svc when an officer needs to know."""

    async def find(self, account_id: UUID, *, officer_id: UUID | None = None) -> dict[str, Any] | None:
        """Name, id number, phone; None while identity-svc cannot tell."""
        ...

    async def agents(self, mandates: Collection[UUID]) -> Mapping[UUID, Agent]:
        """Who each mandate let act, of those that are known; empty while identity-svc cannot tell."""
        ...

    async def saved_address(self, account_id: UUID, address_id: UUID) -> dict[str, str]:
        """One of somebody's address book. Raises SavedAddressUnknown, SavedAddressUnavailable."""
        ...


class Files(Protocol):
    def new_key(self, kind: str) -> str: ...
    async def put(self, key: str, content: bytes, aad: bytes) -> Any: ...
    async def get(self, key: str, aad: bytes) -> bytes: ...
    async def delete(self, key: str) -> None: ...
