"""Accounts of people (个人) and companies (企业)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.tokens import Role, Scope

from .personal import Personal, mask_name

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
    version: int = 1
    closed: bool = False
    """It is being erased, or was: nobody logs in, nobody acts for it."""
    erased: bool = False

    @property
    def shown_name(self) -> str | None:
        """For the other side of a mandate: a person's is masked, a company's is public."""
        if self.company:
            return self.company.name
        return mask_name(self.personal.name) if self.personal.name else None

    @property
    def subject(self) -> "Subject":
        """Whom its sessions belong to."""
        return Subject(self.id, is_officer=False, roles=(self.kind.role,), ial=self.ial)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a session belongs to and what its tokens say.

    `roles` is empty until an initial password is changed, and until a second factor that is required was added: such
    a token opens nothing else.
    """

    id: UUID
    is_officer: bool
    roles: tuple[Role, ...]
    unit: str | None = None
    department: str | None = None
    rank: int = 0
    ial: int = 0
    password_initial: bool = False
    has_second_factor: bool = False
    must_enrol: bool = False
    scopes: tuple[Scope, ...] = ()
    partner: str | None = None
    """An engineer of that partner: no person of ours, whatever else is said of officers."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a log-in is checked against. `password_hash` None: only a code opens the account."""

    subject: Subject
    password_hash: str | None


ROLES_IN_WORDS: Final = {
    Role.SUPERVISOR: ("督办民警", "Supervising officer"),
    Role.OFFICER: ("民警", "Officer"),
    Role.AUXILIARY: ("辅警", "Auxiliary officer"),
}
_WHY: Final = {
    "case": ("办理您的办件", "To handle your case"),
    "receipt": ("打印缴款票据上的缴款人姓名", "To print the payer's name on a receipt"),
    "saved_address": ("您选用了地址簿中的这个地址", "You chose it from your address book"),
    "unspecified": ("未说明", "Not said"),
}


@dataclass(frozen=True, slots=True)
class View:
    """One look of a service at somebody's data, perhaps on behalf of an officer: their post is told, not their name.

    `unit`, `unit_name` and `roles` are the officer's now. A department's system is called as it was then: `viewer`, in
    English `viewer_en`.
    """

    id: int
    viewer: str
    officer_id: UUID | None
    why: str
    viewed_at: datetime
    unit: str | None = None
    unit_name: str | None = None
    roles: Sequence[str] | None = None
    viewer_en: str | None = None

    def who(self) -> tuple[str, str]:
        """In Chinese and English."""
        if self.officer_id is None:
            # Others than our own services are departments' systems, which are called by their name.
            service = self.viewer.endswith("-svc")
            return (
                ("平台服务", "A service of the platform")
                if service
                else (self.viewer, self.viewer_en or self.viewer)
            )
        for role, words in ROLES_IN_WORDS.items():
            if role in (self.roles or ()):
                return words
        return "工作人员", "A member of staff"

    def reason(self) -> tuple[str, str]:
        """What for, in Chinese and English."""
        if self.why.startswith("oidc:"):
            return "您登录该系统时同意提供", "You agreed to it when you logged in there"
        return _WHY.get(self.why, (self.why, self.why))
