"""What the use cases need from outside, split by capability. `bootstrap.py` picks who provides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.partners import Calls

from courier_svc.domain.acts import Act
from courier_svc.domain.address import Address
from courier_svc.domain.claims import Claim, Kind
from courier_svc.domain.shipment import Direction, Shipment
from courier_svc.domain.statements import Decision, Problem, Statement, StatementLine, Tariff
from courier_svc.domain.tracking import Report, Trust, Verdict

from .push_secrets import PushSecrets

Source = Literal["push", "query"]
Row = Mapping[str, Any]
"""Of a list that is only shown."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a courier must know to carry one leg, and no more."""

    order_no: str
    sender: Address
    receiver: Address
    id_bound: bool


@dataclass(frozen=True, slots=True)
class Leg:
    """What a courier knows a leg by. The waybill is None where its answer never came."""

    order_no: str
    waybill_no: str | None


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


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What a courier says of a claim. `compensation_cents`: what it pays, where it does."""

    class What(StrEnum):
        PENDING = "pending"
        COMPENSATED = "compensated"
        REFUSED = "refused"
        FOUND = "found"

    what: What
    compensation_cents: int | None = None


class Courier(Protocol):
    """Calls to a courier. Every one may raise CourierUnavailable."""

    async def place_order(self, parcel: Parcel) -> str:
        """The waybill number; the same for the same order number, however often. Raises OrderRefused.

        A number that was cancelled is refused.
        """

    async def cancel_order(self, leg: Leg, reason: str) -> CancelAnswer: ...

    async def traces(self, leg: Leg) -> Traces: ...

    async def label(self, waybill_no: str) -> bytes:
        """The PDF to print and stick on."""

    async def open_claim(self, leg: Leg, claim_no: str, kind: Kind) -> ClaimAnswer:
        """Tells it of a lost or damaged parcel; the same number again is the same claim."""

    async def claim(self, leg: Leg, claim_no: str) -> ClaimAnswer:
        """How that claim stands; refused where the courier knows of none."""

    async def statement(self, month: date) -> tuple[bytes, object]:
        """What it charges for a month, as a file, and the hash that the courier says it has.

        Raises StatementUnusable where there is none yet.
        """


class PushUnreadable(Exception):
    """Authentic, but not of the agreed form."""


@dataclass(frozen=True, slots=True)
class Knock:
    """A push as it came: `secret` is the last part of the address, where that is what proves it."""

    body: bytes
    secret: str = ""


class Reception(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"


class PushDoor(Protocol):
    """A courier's pushes: checked as far as its protocol lets one, then read scan by scan."""

    trust: Trust

    def open(self, knock: Knock) -> list[bytes]:
        """Its scans, each as `read` takes it and as it is kept. Raises PushUnverified, PushUnreadable."""

    def read(self, scan: bytes) -> Report:
        """Raises PushUnreadable."""

    def description(self, scan: bytes) -> str:
        """The courier's own words in a scan; empty when there are none."""

    def hand_over(self, scan: bytes) -> str | None:
        """The courier's code for how a parcel was handed over, where the scan has one."""

    def answer(self, reception: Reception, knock: Knock) -> bytes:
        """What the courier is told, in its own format."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One courier that we have a contract with. `name` is what shipments, legs and reports remember."""

    name: str
    calls: Courier
    door: PushDoor
    counted: Calls | None = None
    """How our calls end, for the courier's engineers."""
    secrets: PushSecrets | None = None
    """Of its push address, where that is what proves its pushes."""


class AddressUnknown(Exception):
    """The case has no address for this direction."""


class PostageStore(Protocol):
    async def meet(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> dict[UUID, datetime]: ...
    async def pay(self, uow: UnitOfWork, case_id: UUID, order_id: UUID, paid_at: datetime) -> None: ...


class AddressBook(Protocol):
    async def fetch(self, case_id: UUID, direction: Direction) -> Address:
        """The applicant's address of a case, from who owns it. Raises AddressUnknown."""


class SavedAddresses(Protocol):
    async def fetch(self, account_id: UUID, address_id: UUID) -> Address:
        """One that somebody keeps. Raises SavedAddressUnknown, AddressBookNotAnswering."""


@dataclass(frozen=True, slots=True)
class HeardReport:
    """A stored report, opened. `body` is None once it was purged."""

    courier: str
    code: str
    occurred_at: datetime
    verdict: str
    waybill_no: str | None
    body: bytes | None


class ShipmentChangedMeanwhile(Exception):
    """The shipment is no longer what the decision was made by; nothing was written. Read it and decide again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A report with what was made of it."""

    report: Report
    source: Source
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a report's parcel: None where no leg of ours is meant. `order_no` is that leg's."""

    shipment: Shipment | None
    order_no: str
    heard: Verdict | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an answer's scans: those heard before, and since when a hint beside them is not borne out."""

    shipment: Shipment
    heard: frozenset[str]
    doubted_since: datetime | None


class ReportStore(Protocol):
    async def about(self, uow: UnitOfWork, report: Report, *, lock: bool) -> About: ...
    async def known(self, uow: UnitOfWork, shipment_id: UUID, reports: Sequence[Report]) -> Known: ...
    def record(self, uow: UnitOfWork, shipment: Shipment, judged: Sequence[Judged]) -> None: ...
    def hint(self, uow: UnitOfWork, shipment: Shipment, report: Report) -> None: ...
    def doubt(self, uow: UnitOfWork, shipment: Shipment, reports: Sequence[Report]) -> None: ...
    def repeat(self, uow: UnitOfWork, report: Report) -> None: ...
    def hold(self, uow: UnitOfWork, judged: Judged) -> None: ...
    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[HeardReport]: ...
    async def take_held(
        self, uow: UnitOfWork, couriers: Sequence[str], limit: int
    ) -> list[tuple[str, bytes]]: ...
    async def purge_strays(self, uow: UnitOfWork, limit: int, before: datetime) -> int: ...


class ClaimStore(Protocol):
    async def add(self, uow: UnitOfWork, claim: Claim) -> None: ...
    async def get(self, uow: UnitOfWork, claim_id: UUID) -> Claim | None: ...
    async def of_shipment(self, uow: UnitOfWork, shipment_id: UUID) -> list[Claim]: ...
    async def waybill(self, uow: UnitOfWork, order_no: str) -> str | None: ...
    def save(self, uow: UnitOfWork, claim: Claim) -> None: ...
    async def purge(self, uow: UnitOfWork, limit: int) -> int: ...


class StatementStore(Protocol):
    async def first_month(self, uow: UnitOfWork) -> date | None: ...
    async def expect(self, uow: UnitOfWork, couriers: Sequence[str], months: Sequence[date]) -> None: ...
    async def take_due(self, uow: UnitOfWork, again_in: timedelta, limit: int) -> list[UUID]: ...
    async def lock(self, uow: UnitOfWork, statement_id: UUID) -> Statement | None: ...
    async def id_of(self, uow: UnitOfWork, courier: str, month: date) -> UUID: ...
    async def looked(
        self,
        uow: UnitOfWork,
        one: Statement,
        at: datetime,
        following: datetime | None,
        problem: Problem | None,
    ) -> None: ...
    async def load(
        self, uow: UnitOfWork, one: Statement, digest: str, lines: Sequence[StatementLine], at: datetime
    ) -> Statement: ...
    async def neighbours(self, uow: UnitOfWork, one: Statement) -> list[UUID]: ...
    async def match(self, uow: UnitOfWork, one: Statement, tariff: Tariff, at: datetime) -> int: ...
    async def of_month(self, uow: UnitOfWork, courier: str, month: date) -> Row | None: ...
    async def months(
        self, uow: UnitOfWork, before: tuple[date, UUID] | None, limit: int, courier: str | None
    ) -> Sequence[Row]: ...
    async def differences(
        self,
        uow: UnitOfWork,
        after: UUID,
        limit: int,
        *,
        states: Sequence[str],
        courier: str | None,
        month: date | None,
        kind: str | None,
    ) -> Sequence[Row]: ...
    async def difference(self, uow: UnitOfWork, difference_id: UUID) -> Row | None: ...
    async def decide(
        self, uow: UnitOfWork, difference_id: UUID, decision: Decision, note: str, by: UUID, at: datetime
    ) -> None: ...
    async def lines(self, uow: UnitOfWork, statement_id: UUID, after: int, limit: int) -> Sequence[Row]: ...
    async def ours_only(self, uow: UnitOfWork, statement_id: UUID) -> Sequence[Row]: ...


class ShipmentStore(Protocol):
    async def add(self, uow: UnitOfWork, shipments: Sequence[Shipment]) -> dict[UUID, UUID | None]: ...
    def note_asked(
        self, uow: UnitOfWork, shipment: Shipment, at: datetime, sealed_address: bytes
    ) -> None: ...
    def place(self, uow: UnitOfWork, shipment: Shipment, before: int) -> None: ...
    def save(self, uow: UnitOfWork, shipment: Shipment) -> None: ...
    def begin_leg(self, uow: UnitOfWork, shipment: Shipment, why: str) -> None: ...
    def note_waybill(self, uow: UnitOfWork, shipment: Shipment) -> None: ...
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
    async def purge_proofs(self, uow: UnitOfWork, limit: int) -> int: ...
