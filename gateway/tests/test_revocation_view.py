"""What the gateway knows of revocations, and when it knows too little."""

import time
from math import inf
from uuid import UUID, uuid4

import pytest
from contracts.tokens import AUDIENCE, ISSUER, AccessClaims, Actor, Role
from gateway.revocations.refusals import MandateRevoked, RevocationsUnknown, SessionRevoked
from gateway.revocations.view import RevocationView

MAX_AGE = 30.0


@pytest.fixture
def view() -> RevocationView:
    return RevocationView(MAX_AGE)


def claims(
    sid: str | None = None, *, issued: float | None = None, mandate: UUID | None = None
) -> AccessClaims:
    moment = int(issued if issued is not None else time.time())
    act = Actor(sub=uuid4(), mandate=mandate) if mandate else None
    return AccessClaims(
        iss=ISSUER, aud=AUDIENCE, sub=str(uuid4()), iat=moment, exp=moment + 600, jti="1", sid=sid,
        roles=(Role.CITIZEN,), act=act,
    )  # fmt: skip


def seconds_ago(seconds: float) -> float:
    return time.monotonic() - seconds


def soon() -> float:
    return time.time() + 600


def test_before_the_first_look_nobody_is_let_in(view: RevocationView):
    with pytest.raises(RevocationsUnknown):
        view.require_unrevoked(claims("a"))
    assert not view.is_whole and view.age == inf


def test_after_a_whole_look_tokens_pass_but_for_those_revoked(view: RevocationView):
    view.learn([("gone", soon())])
    view.covered(-inf, seconds_ago(0))
    view.require_unrevoked(claims("there"))
    view.require_unrevoked(claims(None))
    with pytest.raises(SessionRevoked):
        view.require_unrevoked(claims("gone"))
    assert view.is_whole and view.age < MAX_AGE


def test_a_mandate_revoked_ends_what_was_done_by_it(view: RevocationView):
    gone, there = uuid4(), uuid4()
    view.learn([(str(gone), soon())])
    view.covered(-inf, seconds_ago(0))
    view.require_unrevoked(claims("a", mandate=there))
    with pytest.raises(MandateRevoked):
        view.require_unrevoked(claims("a", mandate=gone))


def test_with_an_old_view_nobody_is_let_in_and_the_revoked_are_told_so(view: RevocationView):
    view.learn([("gone", soon())])
    view.covered(-inf, seconds_ago(MAX_AGE + 1))
    with pytest.raises(RevocationsUnknown):
        view.require_unrevoked(claims("there"))
    with pytest.raises(SessionRevoked):
        view.require_unrevoked(claims("gone"))
    view.covered(-inf, seconds_ago(0))
    view.require_unrevoked(claims("there"))


def test_a_look_that_began_earlier_makes_the_view_no_older(view: RevocationView):
    view.covered(-inf, seconds_ago(1))
    view.covered(-inf, seconds_ago(MAX_AGE * 2))
    view.require_unrevoked(claims("there"))
    assert view.age < MAX_AGE


def test_a_channel_that_joins_in_goes_on_where_another_ends(view: RevocationView):
    """One told everything until now; the other knows only what came since a little before that."""
    view.covered(-inf, seconds_ago(MAX_AGE + 5))
    view.covered(time.time() - MAX_AGE - 10, seconds_ago(0))
    view.require_unrevoked(claims("there", issued=time.time() - 3000))
    assert view.is_whole


def test_between_two_channels_nothing_may_be_missing(view: RevocationView):
    """What was revoked after the one fell silent and before the other began, nobody has told."""
    view.covered(-inf, seconds_ago(MAX_AGE + 60))
    view.covered(time.time() - 80, seconds_ago(0))
    with pytest.raises(RevocationsUnknown):
        view.require_unrevoked(claims("there", issued=time.time() - 100))
    assert not view.is_whole
    view.require_unrevoked(claims("newer", issued=time.time()))  # its session can only have ended since


def test_a_late_channel_takes_nothing_from_a_view_that_is_fresh(view: RevocationView):
    view.covered(-inf, seconds_ago(5))
    view.covered(time.time() - 1, seconds_ago(0))
    view.require_unrevoked(claims("there", issued=time.time() - 3000))
    assert 5 <= view.age < MAX_AGE


def test_what_no_token_can_name_any_more_is_forgotten(view: RevocationView):
    view.learn([("past", time.time() - 1), ("lasting", soon())])
    view.covered(-inf, seconds_ago(0))
    assert view.known == 1
    view.require_unrevoked(claims("past"))


def test_what_is_told_twice_is_known_once(view: RevocationView):
    for _ in range(3):
        view.learn([("gone", soon())])
        view.covered(-inf, seconds_ago(0))
    assert view.known == 1
