"""The table of mandates, held against every sequence of what its sides may try."""

from datetime import date

import pytest
from hypothesis import given, strategies
from identity_svc.domain.mandates.errors import MandateSettled
from identity_svc.domain.mandates.mandate import (
    TRANSITIONS,
    Action,
    Scope,
    Side,
    State,
    of_age_on,
    settle,
)

OVER = {State.DECLINED, State.REVOKED, State.EXPIRED}
TRIES = strategies.lists(strategies.tuples(strategies.sampled_from(Action), strategies.sampled_from(Side)))
CODES = strategies.sets(strategies.sampled_from(["A-001", "A-002", "B-001"]))
DEPARTMENTS = strategies.sets(strategies.sampled_from(["A", "B"]))
SCOPES = strategies.builds(lambda i, d: Scope(tuple(sorted(i)), tuple(sorted(d))), CODES, DEPARTMENTS)


@given(TRIES)
def test_whatever_is_tried_a_mandate_is_active_once_at_most_and_what_is_over_stays_over(tries):
    states = [State.OFFERED]
    for action, side in tries:
        try:
            states.append(settle(states[-1], action, side))
        except MandateSettled:
            continue
    activations = [place for place, state in enumerate(states) if state is State.ACTIVE]
    assert len(activations) <= 1
    assert all(state not in OVER for state in states[:-1])


@given(TRIES)
def test_nobody_but_the_agent_makes_it_active_and_nobody_but_the_principal_takes_an_offer_back(tries):
    state = State.OFFERED
    for action, side in tries:
        try:
            after = settle(state, action, side)
        except MandateSettled:
            continue
        if after is State.ACTIVE:
            assert side is Side.AGENT
        if (state, after) == (State.OFFERED, State.REVOKED):
            assert side is Side.PRINCIPAL
        state = after


def test_either_side_ends_what_is_active_and_nothing_begins_again():
    for side in (Side.PRINCIPAL, Side.AGENT):
        assert settle(State.ACTIVE, Action.REVOKE, side) is State.REVOKED
    assert not any(before in OVER for before, _ in TRANSITIONS)


@given(SCOPES, SCOPES, strategies.sampled_from(["A-001", "A-002", "B-001", "B-002"]))
def test_a_scope_within_another_allows_nothing_that_the_other_does_not(wide, narrow, item):
    if wide.covers(narrow) and narrow.covers(Scope((item,))):
        assert wide.covers(Scope((item,)))


def test_only_everything_covers_everything():
    assert Scope().covers(Scope())
    assert not Scope(departments=("A", "B")).covers(Scope())
    assert Scope(departments=("A",)).covers(Scope(items=("A-001",)))
    assert not Scope(items=("A-001",)).covers(Scope(departments=("A",)))


@pytest.mark.parametrize(
    ("number", "day"),
    [("610102201503070012", date(2033, 3, 7)), ("610102201602290013", date(2034, 3, 1))],
)
def test_children_come_of_age_on_their_eighteenth_birthday(number, day):
    assert of_age_on(number) == day
