"""A circuit breaker: whoever failed several times in a row is left alone, then tried by one request."""

import time
from collections.abc import Callable
from enum import IntEnum


class State(IntEnum):
    """Its values are those of the metric."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Closed until `failures` exchanges in a row failed; open for `open_seconds`; then one trial decides.

    What an exchange came to is told by one of `succeeded`, `failed` and `undecided`, with the `term` it began in: what
    began before the circuit changed says nothing of the present. An answer is a success whatever its status: who
    answers lives. A trial of which nothing is heard for `open_seconds` makes room for another, so that a caller who
    dawdles keeps nobody out.
    """

    __slots__ = (
        "_failed", "_failures", "_on_change", "_open_seconds", "_resting_until", "_trial_until", "state", "term",
    )  # fmt: skip

    def __init__(
        self, *, failures: int, open_seconds: float, on_change: Callable[[State], None] = lambda _: None
    ) -> None:
        self.state = State.CLOSED
        self.term = 0
        self._failures = failures
        self._open_seconds = open_seconds
        self._on_change = on_change
        self._failed = 0
        self._resting_until = 0.0
        self._trial_until = 0.0

    def wait(self) -> float:
        """Seconds until an exchange may be tried; 0: now."""
        if self.state is State.CLOSED:
            return 0.0
        until = self._resting_until if self.state is State.OPEN else self._trial_until
        return max(0.0, until - time.monotonic())

    def admit(self) -> bool:
        """Whether to go ahead; where the circuit is not closed, this exchange is then the trial."""
        if self.state is State.CLOSED:
            return True
        if self.wait() > 0:
            return False
        self._trial_until = time.monotonic() + self._open_seconds
        self._become(State.HALF_OPEN)
        return True

    def succeeded(self, term: int) -> None:
        """It answered."""
        self._failed = 0
        if self.state is State.HALF_OPEN and term == self.term:
            self._become(State.CLOSED)

    def failed(self, term: int) -> None:
        """It was not reached, broke off, or kept silent."""
        if term != self.term:
            return
        self._failed += 1
        if self.state is State.HALF_OPEN or self._failed >= self._failures:
            self._failed = 0
            self._resting_until = time.monotonic() + self._open_seconds
            self._become(State.OPEN)

    def undecided(self, term: int) -> None:
        """The caller's doing: it says nothing of the other side. A trial's place is free again."""
        if term == self.term:
            self._trial_until = 0.0

    def rouse(self) -> None:
        """Somebody has seen it well: the trial may come now."""
        self._resting_until = 0.0

    def _become(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self.term += 1
            self._on_change(state)
