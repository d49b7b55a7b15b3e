"""A courier's monthly statement against our own parcels. Money in fen, weights in grams, months of Shanghai."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from chassis.clock import SHANGHAI


class StatementLine(NamedTuple):
    """One parcel as the courier charges it. `order_no` is ours, where it tells it."""

    waybill_no: str
    order_no: str
    at: datetime
    grams: int
    fee_cents: int


class Kind(StrEnum):
    LONG = "long"
    """Only the statement has it."""
    SHORT = "short"
    """Only we have it."""
    DUPLICATE = "duplicate"
    """The statement, or one of the months beside, has it once more than it should."""
    AMOUNT = "amount"
    """The fee is not what the contract says of this weight."""
    WEIGHT = "weight"
    """Heavier than anything that we send."""


class Standing(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    RESOLVED = "resolved"
    """It is no difference any more, and `outcome` says why."""


class Decision(StrEnum):
    ACCEPT = "accept"
    """Both sides may stay as they are, for the reason noted."""
    CLAIM_BACK = "claim_back"
    """The courier is told to correct it; a later statement that does so resolves it."""


class Problem(StrEnum):
    """Why a statement is not here (yet)."""

    NOT_READY = "not_ready"
    UNREACHABLE = "unreachable"
    WRONG_HASH = "wrong_hash"
    TORN = "torn"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Tariff:
    """What the contract says: `first_cents` for the first `first_grams`, `more_cents` for every further `more_grams`.

    Nothing that we send weighs more than `most_grams`.
    """

    first_grams: int
    first_cents: int
    more_grams: int
    more_cents: int
    most_grams: int


@dataclass(frozen=True, slots=True)
class Statement:
    id: UUID
    courier: str
    month: date
    version: int
    digest: str | None
    tries: int


class StatementUnusable(Exception):
    """It is not there yet, or not fit to be believed; it is fetched again."""

    def __init__(self, problem: Problem, cause: str = "") -> None:
        super().__init__(f"{problem}: {cause}" if cause else problem.value)
        self.problem = problem


_DAY: Final = timedelta(days=1)
_GIVEN_UP_AFTER: Final = timedelta(days=90)
LOOKED_AT_AGAIN: Final = timedelta(days=30)
"""So long after its month a statement is fetched once a day, for a later version."""


def month_after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def month_before(month: date) -> date:
    return (month - _DAY).replace(day=1)


def bounds(month: date) -> tuple[datetime, datetime]:
    """Its first moment, and that of the next."""
    first, following = month, month_after(month)
    return (
        datetime(first.year, first.month, 1, tzinfo=SHANGHAI),
        datetime(following.year, following.month, 1, tzinfo=SHANGHAI),
    )


def last_over(at: datetime) -> date:
    """The last month that is over at `at`."""
    return month_before(at.astimezone(SHANGHAI).date().replace(day=1))


def next_look(month: date, at: datetime, *, tries: int, here: bool) -> datetime | None:
    """Once a day for a later version of one that is here; soon and then twice a day for one that is not.

    None after a month, or three: then only when somebody asks.
    """
    late = at - bounds(month)[1]
    if here:
        return at + _DAY if late < LOOKED_AT_AGAIN else None
    if late > _GIVEN_UP_AFTER:
        return None
    return at + min(timedelta(minutes=10 * 2 ** min(tries, 7)), _DAY / 2)
