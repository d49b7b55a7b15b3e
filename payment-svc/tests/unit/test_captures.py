"""What money is, that arrives."""

from hypothesis import given
from hypothesis import strategies as st
from payment_svc.domain.captures import Account, Why, judge
from payment_svc.domain.money import yuan
from payment_svc.domain.transitions import PAYABLE, State

FEN = st.integers(1, 10**10)


@given(st.sampled_from(State), FEN, FEN, st.sampled_from(["CNY", "USD", ""]), st.sampled_from(["us", "them"]))
def test_money_pays_only_when_everything_agrees(state, owed, got, currency, merchant):
    verdict = judge(state, owed, "us", got_cents=got, got_currency=currency, got_merchant=merchant)
    agrees = (owed, "CNY", "us") == (got, currency, merchant)
    assert (verdict.account is Account.APPLIED) == (agrees and state in PAYABLE)
    assert (verdict.account is Account.HELD) == (not agrees)
    assert (verdict.why is None) == (verdict.account is Account.APPLIED)


def test_reason_of_money_that_goes_back_says_whether_it_came_twice_or_late():
    def why(state: State) -> Why | None:
        return judge(state, 5, "us", got_cents=5, got_currency="CNY", got_merchant="us").why

    assert {why(state) for state in (State.PAID, State.REFUNDING, State.REFUNDED)} == {Why.ALREADY_PAID}
    assert {why(state) for state in (State.CLOSING, State.CANCELLED, State.EXPIRED)} == {Why.ORDER_CLOSED}


def test_order_without_an_amount_takes_no_money_as_its_own():
    verdict = judge(State.PRICING, None, "us", got_cents=5, got_currency="CNY", got_merchant="us")
    assert verdict.account is Account.HELD


@given(st.integers(-(10**12), 10**12))
def test_yuan_text_is_exact(cents):
    text = yuan(cents)
    whole, _, fraction = text.removeprefix("-").partition(".")
    assert len(fraction) == 2
    assert int(whole + fraction) * (-1 if text.startswith("-") else 1) == cents
