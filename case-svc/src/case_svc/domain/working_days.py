"""Working days (工作日): which days count, and when a limit ends.

A limit does not count its first day and ends at 24:00 Shanghai time of its last. A limit in calendar
days that would end on a rest day moves to the next working day. Where the State Council has not
announced a year, weekends and statutory holidays rest, and whatever reaches into it is provisional.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

_SHANGHAI: Final = timezone(timedelta(hours=8))  # no summer time since 1991; 3 × faster than ZoneInfo
_MIDNIGHT_IN_UTC: Final = time(16, tzinfo=UTC)  # 24:00 in Shanghai

Pause = tuple[datetime, datetime]
"""When the clock stood still: from, to."""


class Deadline(NamedTuple):
    """When a limit ends: `due_at` is 24:00 Shanghai of its last day, in UTC.

    `provisional` says that it reaches into a year not yet announced: it may come to lie later.
    """

    due_at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class AnnouncedYear:
    """The State Council's arrangement of one year, without the weekends that simply rest."""

    year: int
    rest_days: frozenset[date]
    made_up_days: frozenset[date]
    """Saturdays and Sundays on which people work."""

    def __post_init__(self) -> None:
        if any(day.year != self.year for day in self.rest_days | self.made_up_days):
            raise ValueError(f"a day of another year stands in the arrangement of {self.year}")
        if any(day.weekday() < 5 for day in self.made_up_days) or self.rest_days & self.made_up_days:
            raise ValueError(f"a made-up day of {self.year} is no weekend day, or rests too")


class WorkingCalendar:
    """Counts days from the first announced year to the end of `last_year`; ValueError outside."""

    def __init__(
        self, announced: Iterable[AnnouncedYear], statutory: Iterable[date], *, last_year: int
    ) -> None:
        years = {year.year: year for year in announced}
        self._announced = frozenset(years)
        self._first_ordinal = date(min(years), 1, 1).toordinal()
        self._last_ordinal = date(last_year, 12, 31).toordinal()
        rest = {day for day in statutory if day.year not in years}
        rest = rest.union(*(year.rest_days for year in years.values()))
        made_up = frozenset[date]().union(*(year.made_up_days for year in years.values()))
        self._working: list[int] = []  # ordinals of all working days, ascending
        self._upto: list[int] = []  # by day: how many working days there are up to and with it
        for ordinal in range(self._first_ordinal, self._last_ordinal + 1):
            day = date.fromordinal(ordinal)
            if day in made_up or (day.weekday() < 5 and day not in rest):
                self._working.append(ordinal)
            self._upto.append(len(self._working))

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this Shanghai date."""
        ordinal = day.toordinal()
        return self._count_upto(ordinal) > self._count_upto(ordinal - 1)

    def add_working_days(self, start: datetime, n: int, *, paused: Sequence[Pause] = ()) -> Deadline:
        """The end of a limit of `n` working days that began at `start`.

        A working day touched by a pause is not counted. `n` = 0 ends on the first day itself or, where
        that is a rest day, on the next working day.
        """
        first = _day_of(start)
        if n <= 0:
            return self._deadline(first, self._not_resting(first, n))
        if not paused:
            return self._deadline(first, self._working_day(self._count_upto(first) + n))
        touched = {ordinal for pause in paused for ordinal in _days_touched(pause)}
        index = self._count_upto(first)
        last = first
        while n:
            index += 1
            last = self._working_day(index)
            n -= last not in touched
        return self._deadline(first, last)

    def add_calendar_days(self, start: datetime, n: int) -> Deadline:
        """The end of a limit of `n` calendar days that began at `start`; never on a rest day."""
        first = _day_of(start)
        return self._deadline(first, self._not_resting(first + n, n))

    def working_days_between(self, a: datetime, b: datetime) -> int:
        """How many working days passed: as in limits the day of `a` is not counted, the day of `b` is.

        24:00 belongs to the day it ends: the count up to a deadline is its limit. 0 unless `b` is after `a`.
        """
        if b <= a:
            return 0
        return max(0, self._count_upto(_day_ended_by(b)) - self._count_upto(_day_of(a)))

    def _deadline(self, first: int, last: int) -> Deadline:
        end = date.fromordinal(last)
        years = range(date.fromordinal(first).year, end.year + 1)
        return Deadline(datetime.combine(end, _MIDNIGHT_IN_UTC), not self._announced.issuperset(years))

    def _not_resting(self, ordinal: int, n: int) -> int:
        if n < 0:
            raise ValueError("a limit cannot be negative")
        return self._working_day(self._count_upto(ordinal - 1) + 1)

    def _working_day(self, number: int) -> int:
        if number > len(self._working):
            raise ValueError("the limit ends after the calendar does")
        return self._working[number - 1]

    def _count_upto(self, ordinal: int) -> int:
        if ordinal == self._first_ordinal - 1:
            return 0
        if not self._first_ordinal <= ordinal <= self._last_ordinal:
            raise ValueError("the calendar does not know this day")
        return self._upto[ordinal - self._first_ordinal]


def _day_of(moment: datetime) -> int:
    """The ordinal of the Shanghai date of `moment`."""
    if moment.tzinfo is None:
        raise ValueError("a naive time names no day")
    return moment.astimezone(_SHANGHAI).toordinal()


def _day_ended_by(moment: datetime) -> int:
    """Like `_day_of`, but midnight is 24:00 of the day before."""
    return _day_of(moment - timedelta(microseconds=1))


def _days_touched(pause: Pause) -> Iterator[int]:
    begun, ended = pause
    first = _day_of(begun)
    yield from range(first, max(first, _day_ended_by(ended)) + 1)


@lru_cache(maxsize=1)
def default_calendar() -> WorkingCalendar:
    """The days of the announced years and the statutory ones up to 2060, from `data/calendar.json`."""
    data = json.loads(files(__package__).joinpath("data/calendar.json").read_text("utf-8"))
    announced = [
        AnnouncedYear(entry["year"], _dates(entry["rest_days"]), _dates(entry["made_up_days"]))
        for entry in data["announced"]
    ]
    statutory = _dates(f"{year}-{day}" for year, days in data["statutory"].items() for day in days)
    return WorkingCalendar(announced, statutory, last_year=max(int(year) for year in data["statutory"]))


def _dates(texts: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))
