"""New officers set their first password by a code."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "officer_activation",
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("officer_id"),
    )


def downgrade() -> None:
    op.drop_table("officer_activation")
