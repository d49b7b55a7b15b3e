"""What bills need from outside: the providers' files, and storage."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import IO, Any, Protocol
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.bills import Bill, BillLine, Decision, Difference, Problem, Standing
from ..domain.payees import Payee


class BillSource(Protocol):
    """The bills of one account of ours at one provider. Stateless."""

    async def fetch(self, day: date, into: IO[bytes]) -> str:
        """Writes the day's bill into `into`, unpacked, and returns its SHA-256.

        Its hash, where the provider gives one, has been found right. Raises BillUnusable, ChannelDown, ChannelRefused.
        """
        ...

    def lines(self, file: IO[bytes], day: date) -> Iterator[BillLine]:
        """What `fetch` wrote, line by line. Raises BillUnusable for what is not whole, ours, or of that day."""
        ...


class BillSources:
    """By channel and payee; filled when the channels are opened."""

    def __init__(self) -> None:
        self._sources: dict[tuple[str, Payee], BillSource] = {}

    def offer(self, channel: str, payee: Payee, source: BillSource) -> None:
        self._sources[channel, payee] = source

    def of(self, channel: str, payee: Payee) -> BillSource | None:
        """None: the channel is not configured any more."""
        return self._sources.get((channel, payee))

    def accounts(self) -> list[tuple[str, Payee]]:
        return list(self._sources)


Row = Mapping[str, Any]


class Bills(Protocol):
    async def expect(
        self, uow: UnitOfWork, accounts: Sequence[tuple[str, Payee]], days: Sequence[date]
    ) -> None:
        """Bills of these days are awaited; those that are known stay as they are."""
        ...

    async def first_day(self, uow: UnitOfWork) -> date | None: ...
    async def take_due(
        self, uow: UnitOfWork, again_in: timedelta, limit: int, job: str
    ) -> Sequence[UUID]: ...
    async def is_under_way(self, uow: UnitOfWork, bill_id: UUID, job: str) -> bool: ...
    async def find(self, uow: UnitOfWork, bill_id: UUID) -> Bill | None: ...
    async def of_account(self, uow: UnitOfWork, channel: str, payee: Payee, day: date) -> Bill | None: ...
    async def lock(self, uow: UnitOfWork, bill_id: UUID) -> Bill | None: ...
    async def note_problem(
        self, uow: UnitOfWork, bill: Bill, problem: Problem, at: datetime, next_look_at: datetime | None
    ) -> None: ...
    async def load(
        self, uow: UnitOfWork, bill: Bill, digest: str, lines: AsyncIterator[BillLine], at: datetime
    ) -> Bill: ...
    async def looked(
        self, uow: UnitOfWork, bill: Bill, at: datetime, next_look_at: datetime | None
    ) -> None: ...
    async def neighbours(self, uow: UnitOfWork, bill: Bill) -> Sequence[UUID]: ...
    async def match(self, uow: UnitOfWork, bill: Bill, at: datetime, *, waits: bool) -> int: ...
    async def wait_in_vain(self, uow: UnitOfWork, until: date, job: str) -> Sequence[UUID]: ...
    async def forget_lines(self, uow: UnitOfWork, before: date, limit: int) -> int: ...
    async def missing(self, uow: UnitOfWork, until: date) -> Mapping[str, int]: ...
    async def open_differences(self, uow: UnitOfWork) -> Mapping[str, int]: ...


class BillDifferences(Protocol):
    async def lock(self, uow: UnitOfWork, difference_id: UUID) -> Difference | None: ...
    async def note_decision(
        self,
        uow: UnitOfWork,
        one: Difference,
        to: Standing,
        decision: Decision,
        note: str,
        by: UUID,
        at: datetime,
    ) -> None: ...
    async def approve(self, uow: UnitOfWork, one: Difference, by: UUID, at: datetime) -> None: ...
    async def decline(self, uow: UnitOfWork, one: Difference) -> None: ...
    async def note_answer(self, uow: UnitOfWork, difference_id: UUID, answer: str, at: datetime) -> None: ...


class BillViews(Protocol):
    """What the API shows, as rows."""

    async def days(
        self,
        uow: UnitOfWork,
        before: tuple[date, UUID] | None,
        limit: int,
        channel: str | None,
        day: date | None,
    ) -> Sequence[Row]: ...
    async def bill(self, uow: UnitOfWork, channel: str, payee: str, day: date) -> Row | None: ...
    async def differences(
        self, uow: UnitOfWork, after: UUID, limit: int, *, channel: str | None, day: date | None, kind: str | None,
        states: Sequence[str],
    ) -> Sequence[Row]: ...  # fmt: skip
    async def difference(self, uow: UnitOfWork, difference_id: UUID) -> Row | None: ...
    async def lines(self, uow: UnitOfWork, bill_id: UUID, after: int, limit: int) -> Sequence[Row]: ...
    async def ours_only(self, uow: UnitOfWork, bill_id: UUID, after: UUID, limit: int) -> Sequence[Row]: ...
