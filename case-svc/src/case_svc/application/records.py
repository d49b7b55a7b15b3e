"""What the stores give to the use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ..domain.answers import Answers
from ..domain.break_glass import Grant
from ..domain.case import Case
from ..domain.hands import Hand
from ..domain.states import State


@dataclass(frozen=True, slots=True)
class Filled:
    """A case with its form. `applicant` is who identity-svc says they are, once an officer needed to know."""

    case: Case
    form_version: int
    answers: Answers
    applicant: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Editable:
    """What autosave must know of a case."""

    applicant_id: UUID
    state: State
    form_version: int


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything a submission is checked by; `sequence` is the running number it may use."""

    filled: Filled
    item_is_retired: bool
    sequence: int
    material_ids: list[str]
    material_keys: list[str]

    @property
    def case(self) -> Case:
        return self.filled.case


@dataclass(frozen=True, slots=True)
class Material:
    """`key` is the item's material (`m1`) or the form's file field; `file_key` where the store keeps it."""

    id: UUID
    case_id: UUID
    key: str
    file_key: str
    file_name: str
    mime: str
    sha256: str
    size: int
    pages: int | None
    width: int | None
    height: int | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Folder:
    """A case as one opens it.

    `written`: what officers and queries ever wrote to the applicant, the latest first; empty unless the state asks
    for it.
    """

    filled: Filled
    materials: Sequence[Material]
    written: Sequence[dict[str, Any]]
    hands: Sequence[Hand]


@dataclass(frozen=True, slots=True)
class ExceptionUsed:
    """A case opened by exception, and how often it was looked at so."""

    grant: Grant
    looks: int
