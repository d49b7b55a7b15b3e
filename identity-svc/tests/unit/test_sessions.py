"""Refresh tokens and what they mean."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_svc.domain.sessions import (
    Refresh,
    SessionPolicy,
    SessionState,
    issue_refresh_token,
    judge,
    read_refresh_token,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY = SessionPolicy(
    access=timedelta(minutes=10),
    idle=timedelta(days=7),
    absolute=timedelta(days=30),
    grace=timedelta(seconds=10),
)


def state(**changes):
    fields = {
        "generation": 5,
        "rotated_at": NOW - timedelta(seconds=3),
        "idle_until": NOW + timedelta(days=7),
        "expires_at": NOW + timedelta(days=20),
        "ended": False,
    }
    return SessionState(**(fields | changes))


@pytest.mark.parametrize(
    ("presented", "changes", "verdict"),
    [
        (5, {}, Refresh.ROTATE),
        (4, {}, Refresh.REPEAT),
        (4, {"rotated_at": NOW - timedelta(seconds=11)}, Refresh.REUSED),
        (3, {}, Refresh.REUSED),
        (1, {}, Refresh.REUSED),
        (5, {"ended": True}, Refresh.ENDED),
        (4, {"ended": True}, Refresh.ENDED),
        (5, {"idle_until": NOW}, Refresh.ENDED),
        (5, {"expires_at": NOW}, Refresh.ENDED),
    ],
)
def test_what_a_genuine_token_means(presented, changes, verdict):
    assert judge(state(**changes), presented, NOW, POLICY) is verdict


@given(st.integers(1, 2**31 - 1), st.binary(min_size=32, max_size=32))
def test_a_token_is_read_back_and_proves_itself(generation, secret):
    token = issue_refresh_token(uuid4(), generation, secret)
    read = read_refresh_token(token.text())
    assert read == token and read.is_genuine(secret)


@given(st.integers(0, 51), st.integers(1, 255))
def test_no_altered_token_is_genuine(position, flip):
    secret = b"s" * 32
    text = issue_refresh_token(uuid4(), 7, secret).text()
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[position] ^= flip
    altered = read_refresh_token(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    assert altered is None or not altered.is_genuine(secret)


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(text):
    read_refresh_token(text)
