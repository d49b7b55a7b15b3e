"""What sending a result costs its applicant; cases under way pay as if it went near."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "cases",
        sa.Column("postage_cents", sa.BigInteger, comment="what sending the result costs the applicant"),
    )
    op.execute("UPDATE cases SET postage_cents = 2000 WHERE closed_at IS NULL AND case_no IS NOT NULL")


def downgrade() -> None:
    op.drop_column("cases", "postage_cents")
