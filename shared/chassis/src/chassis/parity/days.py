"""Days and hours of Shanghai, as moments."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from ..clock import SHANGHAI

SETTLED: Final = timedelta(minutes=10)
"""After midnight: what was begun before it has been committed by then, or was undone."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Hour:
    """One of the 24 hours of a Shanghai day; written `2026-11-28T05`."""

    day: date
    hour: int

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first that is not its any more."""
        begin = _midnight(self.day) + timedelta(hours=self.hour)
        return begin, begin + timedelta(hours=1)

    def __str__(self) -> str:
        return f"{self.day.isoformat()}T{self.hour:02d}"

    @classmethod
    def read(cls, text: str) -> "Hour":
        """The hour that `str` wrote; ValueError."""
        day, _, hour = text.partition("T")
        return cls(date.fromisoformat(day), int(hour))


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day, and the first that is not its any more."""
    return _midnight(day), _midnight(day + _DAY)


def last_closed(moment: datetime) -> date:
    """The latest day of which nothing can be committed any more at `moment`."""
    return (moment - SETTLED).astimezone(SHANGHAI).date() - _DAY


def next_at(moment: datetime, at: time) -> datetime:
    """When the clocks of Shanghai show `at` the next time after `moment`."""
    day = moment.astimezone(SHANGHAI).date()
    todays = datetime.combine(day, at, SHANGHAI)
    return todays if todays > moment else datetime.combine(day + _DAY, at, SHANGHAI)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
