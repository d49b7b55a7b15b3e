"""What is true of every channel's bill, counted while its lines go by."""

from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from chassis.parity.days import bounds

from ..domain.bill_errors import BillUnusable
from ..domain.bills import BillLine, Entry, Problem
from .bill_files import MOST_CENTS, number

_ENTRIES: Final = (Entry.PAYMENT, Entry.REFUND)


@dataclass(slots=True)
class Sums:
    """Amounts in fen."""

    count: int = 0
    cents: int = 0
    of_the_day: int = 0


class Tally:
    """Takes each line of a bill of `day`, and says at the end whether it is that day's."""

    def __init__(self, day: date) -> None:
        # In UTC: a zone with rules is asked anew at every comparison, a million times.
        self._first, self._end = (moment.astimezone(UTC) for moment in bounds(day))
        self._sums: dict[str, Sums] = {entry: Sums() for entry in _ENTRIES}
        self.fee_cents = 0

    def take(self, line: BillLine) -> BillLine:
        """`line`, if its numbers and amounts are such. Raises BillUnusable."""
        number(line.key)
        number(line.number)
        if line.serial is not None:
            number(line.serial)
        if not 0 < line.amount_cents <= MOST_CENTS or abs(line.fee_cents) > MOST_CENTS:
            raise BillUnusable(Problem.UNREADABLE, "an amount that is none, or out of all proportion")
        sums = self._sums[line.entry]
        sums.count += 1
        sums.cents += line.amount_cents
        sums.of_the_day += self._first <= line.at < self._end
        self.fee_cents += line.fee_cents
        return line

    def counts(self) -> list[int]:
        """Payments, refunds."""
        return [self._sums[entry].count for entry in _ENTRIES]

    def totals(self) -> list[int]:
        """Payments, fen; refunds, fen."""
        return [value for entry in _ENTRIES for value in (self._sums[entry].count, self._sums[entry].cents)]

    def must_be_of_its_day(self) -> None:
        """Raises BillUnusable where most lines are of another day: yesterday's file under today's name.

        Not every line must be: one around midnight may stand in the bill of the day beside. Payments decide where there
        are any: not every provider says when a refund was, rather than what it is of. No line at all is of any day.
        """
        decides = next((self._sums[entry] for entry in _ENTRIES if self._sums[entry].count), Sums())
        if decides.of_the_day * 2 < decides.count:
            raise BillUnusable(
                Problem.UNREADABLE,
                f"another day's: {decides.of_the_day} lines of {decides.count} are of the day",
            )
