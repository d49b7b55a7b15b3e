"""Events of identity-svc: accounts and the organisation. Ids and codes only, never a person's data."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from . import topics
from .events import Event, Part


class AccountRegistered(Event):
    TYPE: ClassVar[str] = "identity.account.registered"
    TOPIC: ClassVar[str] = topics.IDENTITY_ACCOUNTS
    KEY: ClassVar[str] = "account_id"

    account_id: UUID
    kind: Literal["person", "enterprise"]
    registered_at: datetime


class AccountVerified(Event):
    """The person's assurance level rose (real-name check passed)."""

    TYPE: ClassVar[str] = "identity.account.verified"
    TOPIC: ClassVar[str] = topics.IDENTITY_ACCOUNTS
    KEY: ClassVar[str] = "account_id"

    account_id: UUID
    ial: int = Field(ge=0, le=4)
    verified_at: datetime


class AccountErased(Event):
    """The account's owner had it erased: who keeps something of them erases it, but for what a law keeps."""

    TYPE: ClassVar[str] = "identity.account.erased"
    TOPIC: ClassVar[str] = topics.IDENTITY_ACCOUNTS
    KEY: ClassVar[str] = "account_id"

    account_id: UUID
    erased_at: datetime


class AccessRevoked(Event):
    """A session was ended, or a mandate taken back: tokens that name it open nothing any more.

    `forget_at`: no token that names it can still be valid then.
    """

    TYPE: ClassVar[str] = "identity.access.revoked"
    TOPIC: ClassVar[str] = topics.IDENTITY_SESSIONS
    KEY: ClassVar[str] = "revoked_id"

    revoked_id: UUID
    kind: Literal["session", "mandate"]
    revoked_at: datetime
    forget_at: datetime


class DepartmentDefined(Event):
    TYPE: ClassVar[str] = "identity.department.defined"
    TOPIC: ClassVar[str] = topics.IDENTITY_ORGANISATION
    KEY: ClassVar[str] = "code"

    code: str
    name: str
    name_en: str


class BranchDefined(Event):
    TYPE: ClassVar[str] = "identity.branch.defined"
    TOPIC: ClassVar[str] = topics.IDENTITY_ORGANISATION
    KEY: ClassVar[str] = "code"

    code: str
    name: str
    short_name: str
    name_en: str


class UnitDefined(Event):
    """A unit that handles cases: branch × department (`XC-HUZHENG`), or the city's (`CITY-HUZHENG`)."""

    TYPE: ClassVar[str] = "identity.unit.defined"
    TOPIC: ClassVar[str] = topics.IDENTITY_ORGANISATION
    KEY: ClassVar[str] = "code"

    code: str
    name: str
    name_en: str
    department: str
    branch: str | None


class OpeningHours(Part):
    """Part of a window: ISO weekdays 1-7, local Shanghai times `HH:MM`."""

    days: tuple[int, ...]
    opens: str
    closes: str


class WindowDefined(Event):
    TYPE: ClassVar[str] = "identity.window.defined"
    TOPIC: ClassVar[str] = topics.IDENTITY_ORGANISATION
    KEY: ClassVar[str] = "code"

    code: str
    name: str
    branch: str
    departments: tuple[str, ...]
    opening_hours: tuple[OpeningHours, ...]


class OfficerAssigned(Event):
    """An officer's present post; `active` false means they left."""

    TYPE: ClassVar[str] = "identity.officer.assigned"
    TOPIC: ClassVar[str] = topics.IDENTITY_ORGANISATION
    KEY: ClassVar[str] = "officer_id"

    officer_id: UUID
    unit: str
    department: str
    branch: str | None
    rank: int
    roles: tuple[str, ...]
    active: bool
