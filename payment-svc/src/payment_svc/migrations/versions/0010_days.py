"""When money was booked, found by the day; what is counted of days, here and by others."""

import sqlalchemy as sa
from alembic import op
from chassis.parity import create_tally_table, drop_tally_table

revision = "0010"
down_revision = "0009"

_BOOKED_BEFORE = """UPDATE payment_order o SET booked_at = e.at FROM capture c
 JOIN ledger_entry e ON e.capture_id = c.id WHERE c.order_id = o.id AND c.pays_order AND e.to_account = 'applied'"""


def upgrade() -> None:
    op.add_column(
        "payment_order",
        sa.Column(
            "booked_at",
            sa.TIMESTAMP(timezone=True),
            comment="when the money that paid it was booked; parity counts by it",
        ),
    )
    op.execute(_BOOKED_BEFORE)
    op.create_index(
        "payment_order_booked",
        "payment_order",
        ["booked_at"],
        postgresql_where=sa.text("booked_at IS NOT NULL"),
    )
    op.create_index("capture_received", "capture", ["received_at"], postgresql_using="brin")
    op.create_index("ledger_entry_at", "ledger_entry", ["at"], postgresql_using="brin")
    create_tally_table(op, counts="payment-svc")


def downgrade() -> None:
    drop_tally_table(op)
    op.drop_index("ledger_entry_at", "ledger_entry")
    op.drop_index("capture_received", "capture")
    op.drop_index("payment_order_booked", "payment_order")
    op.drop_column("payment_order", "booked_at")
