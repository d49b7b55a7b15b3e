"""A partner that hangs is left alone for a while: its jobs must not keep those from running that are about money."""

import time
from collections.abc import Callable
from typing import Final

SECONDS: Final = 15.0


class Pause:
    """Of one partner in one process. Only calls that ran out of time begin it; who refuses quickly holds up nobody."""

    def __init__(self, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until: float | None = None

    def is_on(self) -> bool:
        """Whether not to call now. When its time is over one caller is let through, to find out."""
        moment = self._clock()
        if self._until is None:
            return False
        if moment < self._until:
            return True
        self._until = moment + self._seconds
        return False

    def begin(self) -> None:
        self._until = self._clock() + self._seconds

    def end(self) -> None:
        """It answered, whatever it said."""
        self._until = None
