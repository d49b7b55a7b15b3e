"""Accounts of people (个人) and companies (企业)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.tokens import Role

from .personal import Personal

IAL_PHONE = 1
IAL_REAL_NAME = 2


class Kind(StrEnum):
    PERSON = "person"
    ENTERPRISE = "enterprise"

    @property
    def role(self) -> Role:
        return Role.CITIZEN if self is Kind.PERSON else Role.COMPANY


@dataclass(frozen=True, slots=True)
class Company:
    """`name` as in the register of companies; `uscc` is the unified social credit code."""

    name: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Account:
    """`ial`: 1 phone, 2 name and number checked, 3 face, 4 at a window or by certificate."""

    id: UUID
    kind: Kind
    personal: Personal
    company: Company | None
    ial: int
    has_password: bool
    registered_at: datetime
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a session belongs to and what its tokens say. `roles` is empty until an initial password is changed."""

    id: UUID
    is_officer: bool
    roles: tuple[Role, ...]
    unit: str | None = None
    department: str | None = None
    rank: int = 0
    ial: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """`identifier` is what its owner logs in with: the phone's digits or the badge number."""

    subject: Subject
    password_hash: str | None
