"""One job as its handler sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ..db.statement import Statement
from ..db.uow import UnitOfWork
from .begin import Begin


class LeaseLost(Exception):
    """Another instance took the job over, or it was replaced; this run's effect is rolled back."""


@dataclass(slots=True)
class Job:
    """`attempts` counts this run too: 1 at the first try."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    run_at: datetime
    attempts: int
    generation: int
    settled: bool = field(default=False, init=False)

    async def done(self, uow: UnitOfWork) -> None:
        """Ends the job in the transaction of its effect; raises LeaseLost when it is no longer ours."""
        uow.write(_DONE, self.id, self.generation, self.attempts, rows=1, otherwise=self._lost)
        uow.after_commit(self._settle)

    async def again(self, uow: UnitOfWork, run_at: datetime, payload: dict[str, Any] | None = None) -> None:
        """Keeps the job for a later time, attempts counted afresh: it did its part, there is more to do."""
        uow.write(
            _AGAIN, self.id, self.generation, self.attempts, run_at, payload, rows=1, otherwise=self._lost
        )
        uow.after_commit(self._settle)

    def _lost(self) -> LeaseLost:
        return LeaseLost(f"{self.kind} {self.key}")

    def _settle(self) -> None:
        self.settled = True


_DONE: Final = Statement("DELETE FROM job WHERE id = $1 AND generation = $2 AND attempts = $3")
_AGAIN: Final = Statement(
    """UPDATE job SET run_at = $4::timestamptz, payload = COALESCE($5::jsonb, payload), attempts = 0,
 leased_until = NULL, last_error = NULL, generation = generation + 1
 WHERE id = $1 AND generation = $2 AND attempts = $3"""
)


JobHandler = Callable[[Job, Begin], Awaitable[None]]
