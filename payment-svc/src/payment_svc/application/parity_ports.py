"""What comparing days needs from outside: both sides' facts, and what is kept of their differences."""

from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from chassis.db import UnitOfWork
from chassis.parity import FactMember, Hour, KeptTally
from contracts.tallies import FactTally

from ..domain.orders import ActedBy
from ..domain.parity import Decision, Found, Known, Pair

Row = Mapping[str, Any]
PAID, BOOKED, APPLIED, CASE_PAID = "payment.paid", "payment.booked", "payment.applied", "case.paid"
"""Facts by name, as they are published."""


class CasesOfDay(Protocol):
    """case-svc's word, asked for outside transactions; raises CallFailed."""

    async def day(self, day: date) -> dict[str, FactTally] | None:
        """Its facts of the day as they stand now; None: it does not count that day."""
        ...

    def members(self, fact: str, hour: Hour) -> AsyncIterable[FactMember]: ...


class OwnDay(Protocol):
    """What payment-svc itself counts."""

    async def counted(self, uow: UnitOfWork, day: date) -> KeptTally | None: ...
    async def heard(self, uow: UnitOfWork, day: date) -> KeptTally | None: ...
    async def members(self, uow: UnitOfWork, fact: str, hour: Hour) -> list[FactMember]: ...

    async def out_of_balance(self, uow: UnitOfWork, hour: Hour) -> list[Found]:
        """Captures of which something moved in that hour, and which stand elsewhere than the ledger says."""
        ...


class Differences(Protocol):
    async def known(
        self, uow: UnitOfWork, pair: Pair, day: date, ids: Sequence[UUID]
    ) -> dict[UUID, Known]: ...
    async def open_hours(self, uow: UnitOfWork, day: date) -> list[tuple[Pair, Hour]]: ...
    def add(self, uow: UnitOfWork, found: Found, at: datetime, *, retold: bool) -> None: ...
    def raise_known(self, uow: UnitOfWork, known: Known, found: Found) -> None: ...
    async def end_others(
        self, uow: UnitOfWork, pair: Pair, hour: Hour, ids: Sequence[UUID], at: datetime
    ) -> int: ...
    async def find(self, uow: UnitOfWork, difference_id: UUID) -> Row | None: ...
    async def decide(
        self, uow: UnitOfWork, difference_id: UUID, decision: Decision, note: str, by: UUID, at: datetime
    ) -> bool: ...
    async def of_day(self, uow: UnitOfWork, day: date, after: UUID, limit: int) -> Sequence[Row]: ...
    async def note_day(
        self, uow: UnitOfWork, day: date, at: datetime, counts: Mapping[str, int | None]
    ) -> None: ...
    async def days(self, uow: UnitOfWork, before: date | None, limit: int) -> Sequence[Row]: ...


class PaidFacts(Protocol):
    async def paid_facts(
        self, uow: UnitOfWork, order_id: UUID
    ) -> tuple[datetime, datetime, str, ActedBy | None] | None:
        """When it was booked and paid, by which channel, and who acted for the payer; None where nothing pays it."""
        ...
