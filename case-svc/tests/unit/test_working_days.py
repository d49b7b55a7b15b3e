"""The counting rules, by example and against an oracle that walks day by day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from case_svc.domain.working_days import AnnouncedYear, WorkingCalendar, default_calendar
from hypothesis import given
from hypothesis import strategies as st

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = default_calendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def days(texts: set[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))


def last_day(due_at: datetime) -> str:
    """The Shanghai date whose 24:00 is `due_at`."""
    local = due_at.astimezone(SHANGHAI)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    return (local - timedelta(seconds=1)).date().isoformat()


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-11-16T09:00", 5, "2026-11-23"),  # Monday + 5: the first day is not counted
        ("2026-11-20T23:59:59", 1, "2026-11-23"),  # Friday night
        ("2026-11-21T10:00", 1, "2026-11-23"),  # begun on a Saturday
        ("2026-02-13T10:00", 1, "2026-02-14"),  # a Saturday made up for the Spring Festival
        ("2026-02-13T10:00", 3, "2026-02-25"),  # … which then lasts until the 23rd
        ("2026-09-30T10:00", 1, "2026-10-08"),
        ("2026-09-30T10:00", 3, "2026-10-10"),  # 10 October, a Saturday, is made up
        ("2025-12-31T10:00", 1, "2026-01-04"),  # a Sunday made up
        ("2025-09-30T10:00", 1, "2025-10-09"),  # National Day and Mid-Autumn in one
        ("2026-11-23T10:00", 0, "2026-11-23"),  # done at once
        ("2026-11-22T10:00", 0, "2026-11-23"),  # … but not on a Sunday
    ],
)
def test_working_days_end_on_the_day_the_official_calendar_says(start, n, expected):
    deadline = CALENDAR.add_working_days(at(start), n)
    assert last_day(deadline.due_at) == expected
    assert not deadline.provisional


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2026-11-02T10:00", 15, "2026-11-17"),
        ("2026-11-02T10:00", 19, "2026-11-23"),  # the 21st is a Saturday
        ("2026-09-20T10:00", 12, "2026-10-08"),  # 2 October rests until the 7th
        ("2026-02-10T10:00", 4, "2026-02-14"),  # a Saturday that is worked: not moved
    ],
)
def test_calendar_days_ending_on_a_rest_day_move_to_the_next_working_day(start, n, expected):
    assert last_day(CALENDAR.add_calendar_days(at(start), n).due_at) == expected


def test_the_day_is_the_one_in_shanghai_not_in_utc():
    late_evening_in_utc = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # already Monday in Shanghai
    assert last_day(CALENDAR.add_working_days(late_evening_in_utc, 1).due_at) == "2026-11-24"


def test_a_limit_reaching_into_a_year_not_announced_is_provisional():
    assert not CALENDAR.add_working_days(at("2026-12-30T10:00"), 1).provisional
    reaching_over = CALENDAR.add_working_days(at("2026-12-30T10:00"), 2)
    assert reaching_over.provisional
    assert last_day(reaching_over.due_at) == "2027-01-04"  # Friday 1 January rests, then the weekend
    assert CALENDAR.add_calendar_days(at("2026-12-30T10:00"), 3).provisional


def test_a_working_day_touched_by_a_pause_is_not_counted():
    start = at("2026-11-16T09:00")
    a_morning = (at("2026-11-18T08:00"), at("2026-11-18T11:00"))
    over_the_weekend = (at("2026-11-20T17:00"), at("2026-11-23T09:00"))
    assert last_day(CALENDAR.add_working_days(start, 5, paused=[a_morning]).due_at) == "2026-11-24"
    both = CALENDAR.add_working_days(start, 5, paused=[a_morning, over_the_weekend])
    assert last_day(both.due_at) == "2026-11-26"
    until_midnight = (at("2026-11-18T08:00"), at("2026-11-19T00:00"))
    assert CALENDAR.add_working_days(start, 5, paused=[until_midnight]) == CALENDAR.add_working_days(
        start, 5, paused=[a_morning]
    )


def test_an_announcement_replaces_the_statutory_days_of_its_year():
    year = AnnouncedYear(2027, frozenset({date(2027, 1, 4)}), frozenset({date(2027, 1, 2)}))
    calendar = WorkingCalendar([year], [date(2027, 1, 1), date(2028, 1, 3)], last_year=2028)
    worked = [day for day in range(1, 6) if calendar.is_working_day(date(2027, 1, day))]
    assert worked == [1, 2, 5]
    assert not calendar.is_working_day(date(2028, 1, 3))


@pytest.mark.parametrize(
    ("rest", "made_up"),
    [({"2026-01-01"}, set()), (set(), {"2027-01-04"}), ({"2027-01-02"}, {"2027-01-02"})],
)
def test_an_arrangement_that_contradicts_itself_is_refused(rest, made_up):
    with pytest.raises(ValueError):
        AnnouncedYear(2027, days(rest), days(made_up))


def test_what_the_calendar_cannot_know_raises():
    with pytest.raises(ValueError):
        CALENDAR.add_working_days(datetime(2026, 11, 22), 1)  # noqa: DTZ001 naive is the point
    with pytest.raises(ValueError):
        CALENDAR.add_working_days(at("2026-11-22"), -1)
    with pytest.raises(ValueError):
        CALENDAR.add_working_days(at("2019-11-22"), 1)
    with pytest.raises(ValueError):
        CALENDAR.add_working_days(at("2026-11-22"), 100_000)


moments = st.integers(1_704_153_600, 1_893_369_600).flatmap(  # 2024-01-02 to 2029-12-31
    lambda second: st.sampled_from([UTC, SHANGHAI]).map(lambda zone: datetime.fromtimestamp(second, zone))
)
lengths = st.integers(0, 90)


def works(day: date) -> bool:
    return CALENDAR.is_working_day(day)


def shanghai_date(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


@given(moments, lengths)
def test_working_days_agree_with_walking_day_by_day(start, n):
    day = shanghai_date(start)
    if n == 0:
        while not works(day):
            day += timedelta(days=1)
    for _ in range(n):
        day += timedelta(days=1)
        while not works(day):
            day += timedelta(days=1)
    assert last_day(CALENDAR.add_working_days(start, n).due_at) == day.isoformat()


@given(moments, lengths)
def test_calendar_days_agree_with_walking_day_by_day(start, n):
    day = shanghai_date(start) + timedelta(days=n)
    while not works(day):
        day += timedelta(days=1)
    assert last_day(CALENDAR.add_calendar_days(start, n).due_at) == day.isoformat()


@given(
    moments, st.integers(1, 60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30 * 24)), max_size=3)
)
def test_pauses_agree_with_walking_day_by_day(start, n, offsets):
    paused = [(start + timedelta(days=d), start + timedelta(days=d, hours=h)) for d, h in offsets]
    day, left = shanghai_date(start), n
    while left:
        day += timedelta(days=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        after = midnight + timedelta(days=1)
        touched = any(begun < after and (ended > midnight or begun >= midnight) for begun, ended in paused)
        left -= works(day) and not touched
    assert last_day(CALENDAR.add_working_days(start, n, paused=paused).due_at) == day.isoformat()


@given(moments, st.integers(1, 90))
def test_days_between_start_and_deadline_are_the_limit(start, n):
    assert CALENDAR.working_days_between(start, CALENDAR.add_working_days(start, n).due_at) == n


@given(moments, moments)
def test_days_between_are_never_negative_and_agree_with_counting(a, b):
    expected = 0
    if b > a:
        day, end = shanghai_date(a), shanghai_date(b - timedelta(microseconds=1))
        while day < end:
            day += timedelta(days=1)
            expected += works(day)
    assert CALENDAR.working_days_between(a, b) == expected


@given(moments, lengths)
def test_a_longer_limit_never_ends_earlier(start, n):
    assert CALENDAR.add_working_days(start, n) <= CALENDAR.add_working_days(start, n + 1)
