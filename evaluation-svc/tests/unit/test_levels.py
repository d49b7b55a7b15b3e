"""Levels are names, and the rate is the share of the content ones."""

from evaluation_svc.domain.levels import (
    CONTENT,
    INDICATOR_NAMES,
    LEVEL_NAMES,
    TAGS,
    Indicator,
    Level,
    satisfaction_rate,
)
from hypothesis import given
from hypothesis import strategies as st

COUNTS = st.fixed_dictionaries({level: st.integers(0, 10**6) for level in Level})


def test_no_votes_make_no_rate() -> None:
    assert satisfaction_rate(dict.fromkeys(Level, 0)) is None


@given(COUNTS)
def test_the_rate_is_the_share_of_the_three_content_levels(counts: dict[Level, int]) -> None:
    rate, total = satisfaction_rate(counts), sum(counts.values())
    if rate is not None:
        assert 0 <= rate <= 1
        assert abs(rate * total - sum(counts[level] for level in CONTENT)) <= total * 0.0001


@given(COUNTS)
def test_one_more_bad_review_never_raises_the_rate(counts: dict[Level, int]) -> None:
    before = satisfaction_rate(counts)
    after = satisfaction_rate(counts | {Level.DISSATISFIED: counts[Level.DISSATISFIED] + 1})
    assert before is None or (after is not None and after <= before)


def test_every_level_and_indicator_reads_in_both_languages() -> None:
    assert set(LEVEL_NAMES) == set(TAGS) == set(Level)
    assert set(INDICATOR_NAMES) == set(Indicator)
    assert all(set(tags) == set(Indicator) for tags in TAGS.values())
