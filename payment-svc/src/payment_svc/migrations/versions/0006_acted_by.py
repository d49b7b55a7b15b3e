"""Orders and attempts say who made them for the applicant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0006"
down_revision = "0005"

_BY = {
    "payment_order": "the account that opened it again for the applicant",
    "attempt": "the account that was last given its link for the applicant",
}


def upgrade() -> None:
    for table, comment in _BY.items():
        op.add_column(table, sa.Column("acted_by", UUID, comment=comment))
        op.add_column(table, sa.Column("mandate_id", UUID, comment="that allowed it"))


def downgrade() -> None:
    for table in _BY:
        op.drop_column(table, "mandate_id")
        op.drop_column(table, "acted_by")
