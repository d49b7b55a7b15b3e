"""What a courier answers about a claim. How they tell it is in no public text: assumed, alike for all of them."""

from decimal import Decimal
from typing import Any, Final

from courier_svc.application.ports import ClaimAnswer

KINDS: Final = {"lost": "1", "damaged": "2"}
_STATUS: Final = {
    "1": ClaimAnswer.What.COMPENSATED,
    "2": ClaimAnswer.What.REFUSED,
    "3": ClaimAnswer.What.FOUND,
}
_MOST_CENTS: Final = 100_000_000


def claim_answer(members: dict[str, Any]) -> ClaimAnswer:
    """`status` 0 to 3, `amount` in yuan. A status we do not know is pending.

    Who pays admits it, whatever becomes of the sum: one that cannot be read is left open.
    """
    what = _STATUS.get(str(members.get("status")), ClaimAnswer.What.PENDING)
    if what is not ClaimAnswer.What.COMPENSATED:
        return ClaimAnswer(what)
    return ClaimAnswer(what, fen_of(members.get("amount")))


def fen_of(yuan: object) -> int | None:
    """`300.00`, as text or number; None where it is no sum of at most a million yuan in whole fen."""
    try:
        cents = Decimal(str(yuan)) * 100
    except ArithmeticError:  # no number, or one with an exponent beyond everything
        return None
    if not cents.is_finite() or cents != cents.to_integral_value() or not 0 <= cents <= _MOST_CENTS:
        return None
    return int(cents)
