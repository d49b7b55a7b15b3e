"""What somebody opened or paid for others is found by who they are: for their export, and when their account goes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table, of in (("payment_order", "id"), ("attempt", "order_id")):
        op.create_index(
            f"{table}_acted_by", table, ["acted_by", of], postgresql_where=sa.text("acted_by IS NOT NULL")
        )


def downgrade() -> None:
    op.drop_index("attempt_acted_by", "attempt")
    op.drop_index("payment_order_acted_by", "payment_order")
