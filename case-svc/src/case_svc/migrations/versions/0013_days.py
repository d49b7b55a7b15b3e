"""When the money for a case was booked, and what is counted of days."""

import sqlalchemy as sa
from alembic import op
from chassis.parity import create_tally_table, drop_tally_table

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "cases",
        sa.Column("paid_at", sa.TIMESTAMP(timezone=True), comment="when payment-svc booked the money for it"),
    )
    op.create_index("cases_paid_at", "cases", ["paid_at"], postgresql_where=sa.text("paid_at IS NOT NULL"))
    create_tally_table(op, counts="case-svc")


def downgrade() -> None:
    drop_tally_table(op)
    op.drop_index("cases_paid_at", "cases")
    op.drop_column("cases", "paid_at")
