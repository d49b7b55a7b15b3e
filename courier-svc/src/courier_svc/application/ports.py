"""What the use cases need from outside, split by capability. `bootstrap.py` picks who provides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from courier_svc.domain.acts import Act
from courier_svc.domain.address import Address
from courier_svc.domain.shipment import Direction, Shipment
from courier_svc.domain.tracking import Report, Verdict

Source = Literal["push", "query"]


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a courier must know to carry one leg."""

    order_no: str
    direction: Direction
    sender: Address
    receiver: Address


class OrderRefused(Exception):
    """The courier said no for good: the same order sent again would be refused again. `code` is theirs."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the courier refused the order: {code}")
        self.code = code


class CourierUnavailable(Exception):
    """No trustworthy answer came: whether the courier acted is unknown, and asking again is right."""


class CancelAnswer(StrEnum):
    CANCELLED = "cancelled"
    UNKNOWN_ORDER = "unknown_order"
    TOO_LATE = "too_late"


class Standing(StrEnum):
    """What the courier's books say of an order as a whole."""

    OPEN = "open"
    CANCELLED = "cancelled"
    UNKNOWN_ORDER = "unknown_order"


@dataclass(frozen=True, slots=True)
class Traces:
    """Every scan so far, oldest first."""

    standing: Standing
    reports: Sequence[Report] = ()


class Courier(Protocol):
    """Calls to a courier. Every one may raise CourierUnavailable."""

    async def place_order(self, parcel: Parcel) -> str:
        """The waybill number; the same for the same order number, however often. Raises OrderRefused."""

    async def cancel_order(self, order_no: str, reason: str) -> CancelAnswer: ...

    async def traces(self, order_no: str) -> Traces: ...


class PushUnreadable(Exception):
    """Authentic, but not of the agreed form."""


class PushDoor(Protocol):
    """A courier's pushes: checked over the raw bytes, then read."""

    name: str

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises PushUnverified."""

    def read(self, body: bytes) -> Report:
        """Raises PushUnreadable."""

    def description(self, body: bytes) -> str:
        """The courier's own words in a report's body; empty when there are none."""


class AddressUnknown(Exception):
    """The case has no address for this direction."""


class AddressBook(Protocol):
    async def fetch(self, case_id: UUID, direction: Direction) -> Address:
        """The applicant's address of a case, from who owns it. Raises AddressUnknown."""


@dataclass(frozen=True, slots=True)
class HeardReport:
    """A stored report, opened. `body` is None once it was purged."""

    code: str
    occurred_at: datetime
    verdict: str
    waybill_no: str | None
    body: bytes | None


class ShipmentChangedMeanwhile(Exception):
    """The shipment is no longer what the decision was made by; nothing was written. Read it and decide again."""


class ReportStore(Protocol):
    async def about(self, uow: UnitOfWork, report: Report, *, lock: bool) -> tuple[Shipment | None, bool]: ...
    def record(
        self, uow: UnitOfWork, shipment: Shipment, report: Report, source: Source, verdict: Verdict
    ) -> None: ...
    def repeat(self, uow: UnitOfWork, report: Report) -> None: ...
    def hold(self, uow: UnitOfWork, report: Report, source: Source, verdict: Verdict) -> None: ...
    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[HeardReport]: ...
    async def take_held(self, uow: UnitOfWork, limit: int) -> list[tuple[Source, bytes]]: ...


class ShipmentStore(Protocol):
    async def add(self, uow: UnitOfWork, shipments: Sequence[Shipment]) -> set[UUID]: ...
    def note_asked(
        self, uow: UnitOfWork, shipment: Shipment, at: datetime, sealed_address: bytes
    ) -> None: ...
    def place(self, uow: UnitOfWork, shipment: Shipment, before: int) -> None: ...
    def save(self, uow: UnitOfWork, shipment: Shipment) -> None: ...
    def begin_leg(self, uow: UnitOfWork, shipment: Shipment, why: str) -> None: ...
    def add_act(self, uow: UnitOfWork, act: Act) -> None: ...
    async def acts(self, uow: UnitOfWork, shipment_id: UUID) -> list[Act]: ...
    async def get(self, uow: UnitOfWork, shipment_id: UUID) -> Shipment | None: ...
    async def lock(self, uow: UnitOfWork, shipment_id: UUID) -> Shipment | None: ...
    async def lock_of_case(self, uow: UnitOfWork, case_id: UUID) -> list[Shipment]: ...
    async def of_case(self, uow: UnitOfWork, case_id: UUID) -> list[Shipment]: ...
    async def of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> list[Shipment]: ...
    async def of_unit(
        self, uow: UnitOfWork, unit: str, before: UUID, limit: int, *, attention: bool
    ) -> list[Shipment]: ...
    async def purge(self, uow: UnitOfWork, limit: int) -> int: ...
