"""What case-svc counts of a day, for whoever should know the same."""

from typing import Final

from chassis.parity import Fact

PAID: Final = Fact(
    "case.paid",
    ("case_id", "amount_cents"),
    "SELECT order_id AS id, paid_at AS at, id AS case_id, amount_cents FROM cases"
    " WHERE paid_at >= $1 AND paid_at < $2",
)
"""Cases that took the edge `pay`, each by the order that paid it. As `payment.paid` of payment-svc."""
