"""Duty rosters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0017"
down_revision = "0016"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "duty_shift",
        sa.Column("id", UUID, nullable=False),
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("unit", sa.Text, sa.ForeignKey("unit.code"), nullable=False),
        sa.Column("starts_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("planned_by", UUID, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="duty_shift_times"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("duty_shift_unit", "duty_shift", ["unit", "starts_at"])
    op.create_index("duty_shift_officer", "duty_shift", ["officer_id", "starts_at"])


def downgrade() -> None:
    op.drop_table("duty_shift")
