"""What the use cases need from outside: storage, the issuing system, and the case's decision number.

Of storage, what is awaited is done now; the rest is written with the commit, which then fails with the error named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.captures import Verdict
from ..domain.money_records import BookedCapture, NoticeRow, Refund, RefundDue, RefundState, Settlement
from ..domain.orders import ActedBy, Attempt, Debt, Opened, Order
from ..domain.payees import Kind
from ..domain.readings import NoticeOutcome, PaymentReading, RefundReading
from ..domain.transitions import State


class Orders(Protocol):
    async def parcels_called_off(self, uow: UnitOfWork, case_ids: Sequence[UUID]) -> set[UUID]: ...
    async def call_off_parcel(self, uow: UnitOfWork, case_id: UUID, at: datetime) -> None: ...
    def add(self, uow: UnitOfWork, first: Sequence[tuple[Debt, Opened]]) -> None: ...
    async def add_again(self, uow: UnitOfWork, case_id: UUID, kind: Kind, opened: Opened) -> bool: ...
    async def debt(self, uow: UnitOfWork, case_id: UUID, kind: Kind) -> tuple[Debt, bool] | None: ...
    async def reprice_debt(self, uow: UnitOfWork, case_id: UUID, kind: Kind, cents: int) -> bool: ...
    async def end_debts(
        self, uow: UnitOfWork, case_id: UUID, kinds: Sequence[Kind], why: str, at: datetime
    ) -> None: ...
    async def find(self, uow: UnitOfWork, order_id: UUID) -> Order | None: ...
    async def lock(self, uow: UnitOfWork, order_id: UUID) -> Order | None: ...
    async def lock_live(self, uow: UnitOfWork, case_id: UUID, kind: Kind) -> Order | None: ...
    def move(self, uow: UnitOfWork, order: Order, to: State, *, ended_at: datetime | None = None) -> int: ...
    def price(self, uow: UnitOfWork, order: Order, opened: Opened) -> int: ...
    def note_pricing_problem(self, uow: UnitOfWork, order: Order, problem: str) -> None: ...
    async def take_expired(self, uow: UnitOfWork, limit: int) -> Sequence[UUID]: ...
    async def may_check(self, uow: UnitOfWork, order_id: UUID, every: timedelta) -> bool: ...


class Attempts(Protocol):
    async def find_payable(
        self, uow: UnitOfWork, order_id: UUID, channel: str, scene: str
    ) -> tuple[Order, Attempt | None] | None: ...
    def reserve(
        self, uow: UnitOfWork, order: Order, channel: str, scene: str, at: datetime, by: ActedBy | None = None
    ) -> Attempt: ...
    def hand_over(self, uow: UnitOfWork, attempt: Attempt, by: ActedBy | None) -> Attempt: ...
    def keep_link(self, uow: UnitOfWork, attempt: Attempt, link: str) -> Attempt: ...
    async def unpaid_of(self, uow: UnitOfWork, order_id: UUID, *, live_only: bool) -> Sequence[Attempt]: ...
    async def find(self, uow: UnitOfWork, attempt_id: UUID) -> Attempt | None: ...
    async def close(self, uow: UnitOfWork, attempt_id: UUID) -> None: ...
    async def take_due(self, uow: UnitOfWork, limit: int) -> Sequence[UUID]: ...


class Money(Protocol):
    async def find_settlement(
        self,
        uow: UnitOfWork,
        channel: str,
        attempt_id: UUID,
        transaction_id: str | None,
        *,
        for_update: bool = False,
    ) -> Settlement | None: ...
    def book(
        self, uow: UnitOfWork, settlement: Settlement, channel: str, reading: PaymentReading,
        verdict: Verdict, to: State, *, refund_id: UUID | None, notice: NoticeRow | None, at: datetime,
    ) -> None: ...  # fmt: skip
    async def reverse(self, uow: UnitOfWork, capture: BookedCapture, at: datetime) -> None: ...
    async def rebook(
        self,
        uow: UnitOfWork,
        capture: BookedCapture,
        channel: str,
        reading: PaymentReading,
        verdict: Verdict,
        at: datetime,
    ) -> None: ...
    async def applied_capture(self, uow: UnitOfWork, order_id: UUID) -> BookedCapture | None: ...
    async def lock_capture(self, uow: UnitOfWork, capture_id: UUID) -> tuple[Order, BookedCapture] | None: ...


class Refunds(Protocol):
    def owe_back(
        self, uow: UnitOfWork, order_id: UUID, capture: BookedCapture, due: RefundDue, at: datetime
    ) -> None: ...
    def wait_for_approval(
        self, uow: UnitOfWork, order_id: UUID, capture: BookedCapture, due: RefundDue, at: datetime
    ) -> None: ...
    def approve(self, uow: UnitOfWork, refund: Refund, by: UUID | None, at: datetime) -> None: ...
    def decline(self, uow: UnitOfWork, refund: Refund, by: UUID | None, at: datetime) -> None: ...
    async def waiting(self, uow: UnitOfWork, order_id: UUID) -> Sequence[Refund]: ...
    async def waiting_of(self, uow: UnitOfWork, capture_id: UUID) -> Sequence[Refund]: ...
    async def find(self, uow: UnitOfWork, refund_id: UUID) -> Refund | None: ...
    async def under_way(self, uow: UnitOfWork, order_id: UUID) -> Sequence[UUID]: ...
    def note(
        self,
        uow: UnitOfWork,
        refund: Refund,
        state: RefundState,
        provider_refund_id: str | None,
        code: str | None,
    ) -> None: ...
    async def finish(
        self, uow: UnitOfWork, refund: Refund, reading: RefundReading, at: datetime
    ) -> bool | None: ...


class Notices(Protocol):
    def keep(
        self, uow: UnitOfWork, channel: str, notice: NoticeRow, outcome: NoticeOutcome, at: datetime
    ) -> None: ...
    async def find_unconfirmed(
        self, uow: UnitOfWork, channel: str, notice_id: str
    ) -> tuple[NoticeRow, datetime] | None: ...
    async def take_unmatched(
        self, uow: UnitOfWork, after: UUID, limit: int
    ) -> Sequence[tuple[str, NoticeRow]]: ...
    async def seal_plain(self, uow: UnitOfWork, limit: int) -> int: ...


Row = Mapping[str, Any]


class Views(Protocol):
    """What the API shows, as rows; the API words them."""

    async def order(self, uow: UnitOfWork, order_id: UUID) -> Row | None: ...
    async def orders_of_case(self, uow: UnitOfWork, case_id: UUID) -> Sequence[Row]: ...
    async def orders_of_applicant(
        self, uow: UnitOfWork, applicant_id: UUID, before: UUID, limit: int
    ) -> Sequence[Row]: ...
    async def refunds(
        self,
        uow: UnitOfWork,
        before: UUID,
        limit: int,
        *,
        applicant_id: UUID | None = None,
        department: str | None = None,
        unit: str | None = None,
    ) -> Sequence[Row]: ...
    async def refund(self, uow: UnitOfWork, refund_id: UUID) -> Row | None: ...
    async def refunds_waiting(
        self, uow: UnitOfWork, after: UUID, limit: int, department: str, unit: str | None
    ) -> Sequence[Row]: ...
    async def anomalies(self, uow: UnitOfWork, kind: str, after: UUID, limit: int) -> Sequence[Row]: ...
    async def balances(self, uow: UnitOfWork) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """A penalty decision at the issuing system. `problem` says why it has no amount to be paid."""

    amount_cents: int | None
    problem: str | None = None


class IssuingSystem(Protocol):
    """Raises IssuingSystemDown while it cannot be asked."""

    async def look_up(self, decision_no: str) -> Decision: ...

    async def report_paid(
        self, decision_no: str, amount_cents: int, transaction_id: str, paid_at: datetime
    ) -> None: ...


class Openids(Protocol):
    async def of(self, account_id: UUID) -> Mapping[str, str]:
        """What WeChat calls the person, by appid; personal, so asked for when needed and never kept. PayerUnknown."""
        ...


class CaseReferences(Protocol):
    async def decision_no(self, case_id: UUID) -> str:
        """The number of the decision the case is about; personal, so asked for when needed and never kept."""
        ...
