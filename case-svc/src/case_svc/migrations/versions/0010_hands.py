"""Who had a hand in a case for its applicant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0010"
down_revision = "0009"

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_hand",
        sa.Column("case_id", UUID, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("acted_by", UUID, primary_key=True, comment="the account that acted for the applicant"),
        sa.Column("mandate_id", UUID, primary_key=True, comment="that allowed it"),
        sa.Column("what", sa.Text, primary_key=True, comment="opened, answers, materials, submitted …"),
        sa.Column("first_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("case_hand")
