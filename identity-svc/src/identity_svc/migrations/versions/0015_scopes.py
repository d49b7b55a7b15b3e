"""Officers may hold further assignments elsewhere than at their post."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0015"
down_revision = "0014"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "officer_scope",
        sa.Column("id", UUID, nullable=False),
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, sa.ForeignKey("unit.code")),
        sa.Column("department", sa.Text, sa.ForeignKey("department.code")),
        sa.Column("branch", sa.Text, sa.ForeignKey("branch.code")),
        sa.Column("until", _TIME, comment="null: until it is withdrawn"),
        sa.Column("granted_by", UUID, nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "unit IS NULL OR (department IS NULL AND branch IS NULL)", name="officer_scope_place"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("officer_scope_officer", "officer_scope", ["officer_id"])


def downgrade() -> None:
    op.drop_table("officer_scope")
