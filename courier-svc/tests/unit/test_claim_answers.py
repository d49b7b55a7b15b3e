"""What a courier says of a claim."""

import pytest
from courier_svc.application.ports import ClaimAnswer
from courier_svc.channels.claims import claim_answer, fen_of


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("300.00", 30_000), (0, 0), (None, None), ("", None), ("三百元", None), ("300.005", None), ("-1", None),
        ("NaN", None), ("1E+999999", None), ("1E+9999999999999999999", None),
    ],
)  # fmt: skip
def test_who_pays_admits_it_whatever_the_sum_looks_like(amount: object, cents: int | None) -> None:
    assert fen_of(amount) == cents
    answer = claim_answer({"status": "1", "amount": amount})
    assert answer == ClaimAnswer(ClaimAnswer.What.COMPENSATED, cents)


@pytest.mark.parametrize("status", ["0", None, "9"])
def test_what_is_not_decided_is_pending(status: object) -> None:
    assert claim_answer({"status": status, "amount": "300.00"}) == ClaimAnswer(ClaimAnswer.What.PENDING)
