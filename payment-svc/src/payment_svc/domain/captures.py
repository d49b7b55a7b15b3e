"""Money that arrived, and what it is: the order's payment, an anomaly, or to be sent back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .transitions import PAYABLE, State

CURRENCY: Final = "CNY"


class Account(StrEnum):
    """Where money stands. A capture is in one of the last four; `bank` is the world outside.

    Money in (what left `bank`) = applied + held + refund_due + refunded, at every moment.
    """

    BANK = "bank"
    APPLIED = "applied"
    HELD = "held"
    REFUND_DUE = "refund_due"
    REFUNDED = "refunded"


class Why(StrEnum):
    """Why money did not pay its order, or was sent back."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    WRONG_MERCHANT = "wrong_merchant"
    ALREADY_PAID = "already_paid"
    ORDER_CLOSED = "order_closed"
    CASE_WITHDRAWN = "case_withdrawn"
    CASE_CLOSED_UNPAID = "case_closed_unpaid"
    NOT_SENT = "not_sent"
    """What was to be sent is not: its postage goes back."""
    OPERATOR_DECIDED = "operator_decided"
    STAFF_DECIDED = "staff_decided"
    """Staff gave back some or all of what paid an order, with a reason of their own."""


@dataclass(frozen=True, slots=True)
class Verdict:
    account: Account
    why: Why | None = None


_ALREADY_PAID: Final = frozenset({State.PAID, State.REFUNDING, State.REFUNDED})


def judge(
    state: State,
    amount_cents: int | None,
    merchant_id: str,
    *,
    got_cents: int,
    got_currency: str,
    got_merchant: str,
) -> Verdict:
    """What money is, that arrived for an order of `amount_cents` in `state`.

    A mismatch is an anomaly whatever the order's state: a person looks before it moves again.
    """
    if got_merchant != merchant_id:
        return Verdict(Account.HELD, Why.WRONG_MERCHANT)
    if got_currency != CURRENCY:
        return Verdict(Account.HELD, Why.WRONG_CURRENCY)
    if got_cents != amount_cents:
        return Verdict(Account.HELD, Why.WRONG_AMOUNT)
    if state in PAYABLE:
        return Verdict(Account.APPLIED)
    return Verdict(Account.REFUND_DUE, Why.ALREADY_PAID if state in _ALREADY_PAID else Why.ORDER_CLOSED)
