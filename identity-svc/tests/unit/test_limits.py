"""How long one has to wait."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from identity_svc.domain.limits import Limit

START = datetime(2026, 11, 22, tzinfo=UTC)
LIMIT = Limit(burst=5, every=timedelta(seconds=60))


def try_at(full_again_at, moment):
    """The row after a try, or the wait; what the SQL does, in a few lines."""
    after = max(full_again_at, moment) + LIMIT.every
    if after - moment > LIMIT.reach:
        return full_again_at, LIMIT.retry_after(full_again_at, moment)
    return after, 0


@given(st.lists(st.integers(0, 40), max_size=200))
def test_never_more_than_the_burst_and_one_more_each_period(gaps):
    moment, row, passed = START, START, []
    for gap in gaps:
        moment += timedelta(seconds=gap)
        row, wait = try_at(row, moment)
        if not wait:
            passed.append(moment)
    for index, first in enumerate(passed):
        inside = [at for at in passed[index:] if at < first + timedelta(minutes=10)]
        assert len(inside) <= LIMIT.burst + 10


@given(st.lists(st.integers(0, 40), max_size=60))
def test_after_the_wait_one_more_passes(gaps):
    moment, row = START, START
    for gap in gaps:
        moment += timedelta(seconds=gap)
        row, wait = try_at(row, moment)
        if wait:
            assert try_at(row, moment + timedelta(seconds=wait))[1] == 0
            assert try_at(row, moment + timedelta(seconds=wait - 1))[1] > 0 or wait == 1
