"""What payment-svc counts of a day: paid orders as their cases should know them, and as the ledger should."""

from typing import Final

from chassis.parity import Fact

# What a case withdrew from, or let lapse, goes back: it never counts as paid there.
PAID: Final = Fact(
    "payment.paid",
    ("case_id", "amount_cents"),
    """SELECT o.id, o.booked_at AS at, o.case_id, o.amount_cents FROM payment_order o
 WHERE o.booked_at >= $1 AND o.booked_at < $2 AND o.kind = 'fee'
 AND (SELECT d.over_at FROM case_due d WHERE d.case_id = o.case_id AND d.kind = o.kind) IS NULL""",
)
"""As `case.paid` of case-svc, whose path postage does not move."""
BOOKED: Final = Fact(
    "payment.booked",
    ("amount_cents",),
    "SELECT id, booked_at AS at, amount_cents FROM payment_order WHERE booked_at >= $1 AND booked_at < $2",
)
APPLIED: Final = Fact(
    "payment.applied",
    ("amount_cents",),
    """SELECT c.order_id AS id, e.at, e.amount_cents FROM ledger_entry e JOIN capture c ON c.id = e.capture_id
 WHERE e.at >= $1 AND e.at < $2 AND e.to_account = 'applied'""",
)
