"""How long nothing was heard."""

import asyncio
from collections.abc import Callable


class SilenceTimer:
    """Calls `overdue` when a running exchange hears nothing for too long, or takes too long altogether.

    One timer of the loop's serves a connection's exchanges one after another. It is set again neither for each of
    them nor for each byte: when it fires, it looks how long the silence is, and waits for what is left.
    """

    __slots__ = ("_due", "_handle", "_held", "_loop", "_overdue", "_seconds", "_until", "heard_at", "running")

    def __init__(self, loop: asyncio.AbstractEventLoop, overdue: Callable[[], None]) -> None:
        self._loop = loop
        self._overdue = overdue
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._held = 0
        self.heard_at = 0.0
        self.running = False

    def start(self, seconds: float, until: float) -> None:
        """An exchange begins: at most `seconds` of silence, and over at `until` by the loop's clock."""
        self.running = True
        self._held = 0
        self._seconds = seconds
        self._until = until
        self.heard_at = self._loop.time()
        due = self.heard_at + seconds
        if self._handle is None or due < self._due or until < self._due:
            self._arm(due if due < until else until)

    def hold(self) -> None:
        """Silence is of our own making: a body is on its way there, or what came is not read. May be nested."""
        self._held += 1

    def resume(self) -> None:
        """Ends one `hold`; silence counts from now."""
        self._held -= 1
        self.heard_at = self._loop.time()

    def stop(self) -> None:
        """The connection is gone."""
        self.running = False
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _arm(self, due: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._due = due
        self._handle = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        self._handle = None
        if not self.running:
            return  # the next exchange sets it again
        moment = self._loop.time()
        silent_since = moment if self._held else self.heard_at
        due = min(silent_since + self._seconds, self._until)
        if moment < due:
            self._arm(due)
        else:
            self.running = False
            self._overdue()
