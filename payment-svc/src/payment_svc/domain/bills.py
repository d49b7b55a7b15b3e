"""A provider's bill of a day against what we booked. Amounts in fen, days of Shanghai."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from chassis.clock import SHANGHAI

from .payees import Payee


class Entry(StrEnum):
    PAYMENT = "payment"
    REFUND = "refund"


class BillLine(NamedTuple):
    """A line as every channel's bill has it, and nothing of who paid.

    `key`: by what we know the money: the provider's number of a payment, our number of a refund. `number` is the
    attempt's, as the bill writes it. `serial` only where `key` is the order's and several payments share it: the first
    of them goes by `key`, any other by `key/serial`. `amount_cents` is positive either way, `fee_cents` negative where
    the provider gave one back.
    """

    entry: str
    key: str
    number: str
    serial: str | None
    amount_cents: int
    fee_cents: int
    at: datetime


class Kind(StrEnum):
    """How a line and what we booked differ."""

    LONG = "long"
    """Only the bill has it."""
    SHORT = "short"
    """Only we have it."""
    DUPLICATE = "duplicate"
    """The bill has it once more than it should."""
    AMOUNT = "amount"


class Standing(StrEnum):
    OPEN = "open"
    CARRIED = "carried"
    """Left to the next day's bill: by a person, or because the money came right before midnight."""
    AWAITING_APPROVAL = "awaiting_approval"
    DECIDED = "decided"
    RESOLVED = "resolved"
    """It is no difference any more, and `outcome` says why."""


OPEN_ONES: Final = (Standing.OPEN, Standing.CARRIED, Standing.AWAITING_APPROVAL)


class Decision(StrEnum):
    BOOK = "book"
    """The money is booked as the bill tells of it: it pays its order, is held, or goes back, as any money does."""
    SEND_BACK = "send_back"
    """Held money goes back to its payer."""
    CARRY_OVER = "carry_over"
    ACCEPT = "accept"
    """Both sides may stay as they are, for the reason noted."""


class Problem(StrEnum):
    """Why a bill is not here (yet)."""

    NOT_READY = "not_ready"
    UNREACHABLE = "unreachable"
    WRONG_HASH = "wrong_hash"
    TORN = "torn"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    FAILED = "failed"
    """Not the provider's: it could not be read or written here."""


NEAR_MIDNIGHT: Final = timedelta(hours=1)
"""What we had so late on a day may stand in the next day's bill."""
_GIVEN_UP_AFTER: Final = timedelta(days=30)
LOOKED_AT_AGAIN: Final = timedelta(days=3)
"""So long after its day a bill is fetched once a day, for a later version."""


@dataclass(frozen=True, slots=True)
class Bill:
    id: UUID
    channel: str
    payee: Payee
    day: date
    version: int
    digest: str | None
    tries: int
    loaded_at: datetime | None
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """As it is decided about."""

    id: UUID
    bill_id: UUID
    channel: str
    payee: Payee
    day: date
    kind: Kind
    entry: Entry
    key: str
    number: str | None
    theirs: dict[str, object] | None
    ours: dict[str, object] | None
    state: Standing
    decision: Decision | None
    decided_by: UUID | None
    note: str | None
    attempt_id: UUID | None
    capture_id: UUID | None
    refund_id: UUID | None
    held_cents: int | None
    """Of its money, while that is held and nobody asked for it back."""
    next_bill_is_here: bool

    def cents(self, decision: Decision | None) -> int:
        """What would move; where nothing does, what it is about."""
        if decision is Decision.SEND_BACK and self.held_cents is not None:
            return self.held_cents
        side = self.theirs or self.ours or {}
        cents = side["amount_cents"]
        assert isinstance(cents, int)
        return cents

    def possible(self) -> list[Decision]:
        """What a person may decide about it as it stands."""
        if self.state not in (Standing.OPEN, Standing.CARRIED):
            return []
        found = [Decision.ACCEPT]
        is_payment = self.entry is Entry.PAYMENT
        if self.kind is Kind.LONG and is_payment and self.attempt_id is not None:
            found.append(Decision.BOOK)
        if self.held_cents is not None:
            found.append(Decision.SEND_BACK)
        if self.kind is Kind.SHORT and not self.next_bill_is_here:
            found.append(Decision.CARRY_OVER)
        return found


MOVES_MONEY: Final = frozenset({Decision.BOOK, Decision.SEND_BACK})


def next_try(problem: Problem, tries: int, day: date, at: datetime) -> datetime | None:
    """Every ten minutes for a bill that is not there yet, soon and then every half hour for anything else; four times a
    day once it is late by days; after a month only when a person asks.
    """
    late = at.astimezone(SHANGHAI).date() - day
    if late > _GIVEN_UP_AFTER:
        return None
    if late > LOOKED_AT_AGAIN:
        return at + timedelta(hours=6)
    if problem is Problem.NOT_READY:
        return at + timedelta(minutes=10)
    return at + min(timedelta(minutes=2 ** min(tries, 9)), timedelta(minutes=30))
