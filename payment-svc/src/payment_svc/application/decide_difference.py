"""An operator has days compared again, and ends a difference by a recorded decision."""

from datetime import date
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.parity.days import last_closed
from chassis.telemetry.masking import masked_text

from ..domain.parity import Decision, Standing
from ..domain.parity_errors import DayNotCounted, DayNotOver, DifferenceNotFound, DifferenceNotRaised
from .compare_days import CompareDays
from .parity_ports import Differences, OwnDay, Row


class Parity:
    """What operators may do about it. `differences` is read by the API too."""

    def __init__(self, own: OwnDay, differences: Differences, compare: CompareDays) -> None:
        self._own = own
        self.differences = differences
        self._compare = compare

    async def compare_again(self, day: date, by: str, uow: UnitOfWork) -> None:
        """Raises DayNotOver, DayNotCounted."""
        if day > last_closed(now()):
            raise DayNotOver(day)
        if await self._own.counted(uow, day) is None:
            raise DayNotCounted(day)
        uow.audit("payment.compare_day", actor=by, subject=day.isoformat())
        self._compare.ask(uow, day, anew=True)

    async def decide(
        self, difference_id: UUID, decision: Decision, note: str, by: UUID, uow: UnitOfWork
    ) -> Row:
        """The difference as decided. What in the note looks like a phone or ID number is masked before it is kept."""
        ended = await self.differences.decide(uow, difference_id, decision, masked_text(note), by, now())
        row = await self.differences.find(uow, difference_id)
        if row is None:
            raise DifferenceNotFound(difference_id)
        if not ended:
            raise DifferenceNotRaised(difference_id, Standing(row["state"]))
        facts = {"decision": decision.value, "pair": row["pair"], "day": row["day"].isoformat()}
        uow.audit("payment.decide_difference", actor=str(by), subject=str(difference_id), facts=facts)
        return row
