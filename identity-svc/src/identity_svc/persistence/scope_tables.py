"""The table of further assignments."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_scope_tables(metadata: sa.MetaData) -> None:
    scope = sa.Table(
        "officer_scope",
        metadata,
        sa.Column("id", UUID, primary_key=True),
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
    )
    sa.Index("officer_scope_officer", scope.c.officer_id)
