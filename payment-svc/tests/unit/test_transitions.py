"""The table of an order's life: what it allows, what it tells, and that no path pays twice."""

import pytest
from contracts.payment import OrderPaid, RefundRequested
from hypothesis import given
from hypothesis import strategies as st
from payment_svc.domain.errors import IllegalMove
from payment_svc.domain.transitions import FINAL, LIVE, PAYABLE, TRANSITIONS, Action, State, move

PATH_ACTIONS = [action for action in Action if action not in (Action.RETURN_SURPLUS, Action.SURPLUS_RETURNED)]


def walk(actions: list[Action], start: State = State.PRICING) -> list[tuple[State, Action, State]]:
    """The moves that were legal, one after another; illegal ones are proven to raise, and skipped."""
    state, taken = start, []
    for action in actions:
        try:
            to = move(state, action).to
        except IllegalMove as refused:
            assert (state, action) not in TRANSITIONS
            assert refused.members["state"] == state
            assert action not in refused.members["possible"]
            continue
        taken.append((state, action, to))
        state = to
    return taken


@given(st.lists(st.sampled_from(list(Action)), max_size=40))
def test_no_path_pays_an_order_twice(actions):
    paid = [action for _, action, to in walk(actions) if action is Action.CAPTURE]
    assert len(paid) <= 1


@given(st.lists(st.sampled_from(list(Action)), max_size=40))
def test_nothing_leaves_an_end(actions):
    states = [to for _, _, to in walk(actions)]
    ends = [index for index, state in enumerate(states) if state in FINAL]
    assert all(states[index] is states[ends[0]] for index in range(ends[0], len(states))) if ends else True


@given(st.lists(st.sampled_from(list(Action)), max_size=40))
def test_a_refund_of_the_payment_follows_only_a_payment(actions):
    taken = [action for _, action, _ in walk(actions)]
    if Action.MONEY_RETURNED in taken:
        returned = taken.index(Action.MONEY_RETURNED)
        decided = min(taken.index(one) for one in (Action.CALL_OFF, Action.RETURN_ALL) if one in taken)
        assert taken.index(Action.CAPTURE) < returned and decided < returned


@pytest.mark.parametrize("state", State)
def test_every_state_is_live_or_an_end_and_every_live_one_can_end(state):
    assert (state in LIVE) is not (state in FINAL)
    reached, queue = {state}, [state]
    while queue:
        here = queue.pop()
        for (origin, action), edge in TRANSITIONS.items():
            if origin is here and action in PATH_ACTIONS and edge.to not in reached:
                reached.add(edge.to)
                queue.append(edge.to)
    assert reached & FINAL


def test_only_open_and_expiring_orders_are_payable():
    assert {State.OPEN, State.EXPIRING} == PAYABLE
    assert all(move(state, Action.CAPTURE).event is OrderPaid for state in PAYABLE)


@pytest.mark.parametrize("state", [state for state in State if state is not State.PRICING])
def test_surplus_money_goes_back_from_every_state_without_moving_it(state):
    edge = move(state, Action.RETURN_SURPLUS)
    assert (edge.to, edge.event) == (state, RefundRequested)
    assert move(state, Action.SURPLUS_RETURNED).to is state
