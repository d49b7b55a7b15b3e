"""How our calls to one partner end, counted in the process that makes them."""

from datetime import datetime

from ..clock import now
from .deliveries import CallsView


class Calls:
    def __init__(self) -> None:
        self._since = now()
        self._done = self._refused = self._unknown = 0
        self._seconds = 0.0
        self._timed = 0
        self._last_done_at: datetime | None = None
        self._last_unknown_at: datetime | None = None
        self._last_cause: str | None = None

    def took(self, seconds: float) -> None:
        """An answer came, whatever it said."""
        self._seconds += seconds
        self._timed += 1

    def done(self) -> None:
        self._done += 1
        self._last_done_at = now()

    def refused(self) -> None:
        """The partner said no."""
        self._refused += 1
        self._last_done_at = now()

    def unknown(self, cause: str) -> None:
        """No answer that proves anything: `cause` is a code or a name of an error, never what was sent."""
        self._unknown += 1
        self._last_unknown_at, self._last_cause = now(), cause

    def view(self) -> CallsView:
        return CallsView(
            since=self._since,
            done=self._done,
            refused=self._refused,
            unknown=self._unknown,
            mean_ms=round(self._seconds / self._timed * 1000, 1) if self._timed else None,
            last_done_at=self._last_done_at,
            last_unknown_at=self._last_unknown_at,
            last_cause=self._last_cause,
        )
