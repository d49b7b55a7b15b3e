"""The committed calendar against an independent source."""

from datetime import date, timedelta

import holidays
import pytest
from case_svc.domain.working_days import default_calendar


def days_of(year: int):
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_announced_years_agree_with_the_holidays_library(year):
    official = holidays.country_holidays("CN", years=year)
    for day in days_of(year):
        assert default_calendar().is_working_day(day) == official.is_working_day(day), day


@pytest.mark.parametrize("year", [2027, 2028, 2036, 2050, 2060])
def test_other_years_rest_at_weekends_and_on_statutory_days_only(year):
    named = holidays.country_holidays("CN", years=year, language="zh_CN")
    for day in days_of(year):
        statutory = any("补假" not in name for name in named.get(day, "补假").split("; "))
        assert default_calendar().is_working_day(day) == (day.weekday() < 5 and not statutory), day


@pytest.mark.parametrize(
    ("year", "weekend_days_worked"),
    [
        (2025, ["01-26", "02-08", "04-27", "09-28", "10-11"]),
        (2026, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ],
)
def test_made_up_days_are_those_of_the_state_councils_notice(year, weekend_days_worked):
    calendar = default_calendar()
    worked = [
        day.strftime("%m-%d") for day in days_of(year) if day.weekday() >= 5 and calendar.is_working_day(day)
    ]
    assert worked == weekend_days_worked


@pytest.mark.parametrize(
    ("begin", "days"),
    [("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3),
     ("2026-09-25", 3), ("2026-10-01", 7), ("2025-01-28", 8), ("2025-10-01", 8)],
)  # fmt: skip
def test_holidays_last_as_long_as_the_notice_says(begin, days):
    first = date.fromisoformat(begin)
    rest = [not default_calendar().is_working_day(first + timedelta(days=n)) for n in range(-1, days + 1)]
    assert rest == [False, *[True] * days, False]
