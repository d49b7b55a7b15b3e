"""The life of keys: nobody ever meets a valid token that their key set cannot verify."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from identity_svc.domain.signing_keys import (
    KeyPolicy,
    predecessor_forget_at,
    published,
    signer,
    successor_signs_from,
)

START = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = KeyPolicy(
    key_set_lifetime=timedelta(minutes=5),
    token_lifetime=timedelta(minutes=10),
    rotation_period=timedelta(days=1),
    remembered=timedelta(hours=12),
)


@dataclass(frozen=True)
class Key:
    name: int
    made_at: datetime
    signs_from: datetime
    forget_at: datetime | None = None


def rotate(keys, moment):
    """What the job does at `moment`."""
    keys = [key for key in keys if key.forget_at is None or key.forget_at > moment]
    signs_from = successor_signs_from(keys, moment, POLICY)
    if signs_from is None:
        return keys
    forget_at = predecessor_forget_at(signs_from, POLICY)
    kept = [key if key.forget_at else replace(key, forget_at=forget_at) for key in keys]
    return [*kept, Key(len(keys) and max(key.name for key in keys) + 1, moment, signs_from)]


def history(gaps):
    """(moment, keys) after each run of the job; the runs are `gaps` minutes apart."""
    moment, keys, runs = START, [], []
    for gap in (0, *gaps):
        moment += timedelta(minutes=gap)
        keys = rotate(keys, moment)
        runs.append((moment, keys))
    return runs


def keys_at(runs, moment):
    return [keys for at, keys in runs if at <= moment][-1]


GAPS = st.lists(st.integers(1, 3000), min_size=1, max_size=60)


def test_the_first_key_signs_at_once():
    [(moment, [key])] = history([])
    assert signer([key], moment) == key


@given(GAPS)
def test_there_is_always_a_key_that_signs(gaps):
    for moment, keys in history(gaps):
        assert signer(keys, moment) is not None
        assert signer(keys, moment) in published(keys, moment)


@given(GAPS)
def test_a_key_is_published_one_key_set_lifetime_before_it_signs(gaps):
    for _, keys in history(gaps):
        assert all(key.signs_from - key.made_at >= POLICY.key_set_lifetime for key in keys if key.name > 0)


@given(GAPS, st.data())
def test_any_key_set_still_fresh_verifies_any_token_still_valid(gaps, data):
    runs = history(gaps)
    minted_at = START + timedelta(minutes=data.draw(st.integers(0, int(sum(gaps)))))
    used_at = minted_at + timedelta(seconds=data.draw(st.integers(0, 599)))
    fetched_at = max(START, used_at - timedelta(seconds=data.draw(st.integers(0, 299))))
    minted_with = signer(keys_at(runs, minted_at), minted_at)
    fetched = published(keys_at(runs, fetched_at), fetched_at)
    assert minted_with.name in {key.name for key in fetched}


@given(GAPS)
def test_old_keys_are_forgotten(gaps):
    for _, keys in history(gaps):
        assert len(keys) <= 3
