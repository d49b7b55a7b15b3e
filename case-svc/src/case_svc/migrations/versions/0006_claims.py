"""Officers may claim a case from the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "cases", sa.Column("assigned_to", UUID, comment="the officer who claimed it from the queue")
    )
    op.create_index(
        "cases_claimed",
        "cases",
        ["assigned_to", "due_at", "id"],
        postgresql_where=sa.text("assigned_to IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("cases_claimed", "cases")
    op.drop_column("cases", "assigned_to")
