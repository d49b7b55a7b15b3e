"""Sales, and what was counted of days."""

from alembic import op
from chassis.parity import create_tally_table, drop_tally_table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE sale (id uuid NOT NULL, sold_at timestamptz NOT NULL, what text, cents int NOT NULL)"
    )
    op.execute("CREATE INDEX sale_sold_at ON sale (sold_at)")
    create_tally_table(op, counts="sample-svc")


def downgrade() -> None:
    drop_tally_table(op)
    op.execute("DROP TABLE sale")
