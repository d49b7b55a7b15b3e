"""Cases of other units are opened with a reason; looks say in which role, and by which exception."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0007"
down_revision = "0006"

_MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.alter_column(
        "case_view",
        "what",
        comment="case, material, document, address, payment_reference",
        existing_comment="case, material, address, payment_reference",
        existing_type=sa.Text,
        existing_nullable=False,
    )
    op.add_column("case_view", sa.Column("role", sa.Text, comment="the officer's, at that time"))
    op.add_column(
        "case_view", sa.Column("grant_id", UUID, comment="opened by exception: its row in break_glass")
    )
    op.create_table(
        "break_glass",
        sa.Column("id", UUID, nullable=False),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("case_no", sa.Text),
        sa.Column("unit", sa.Text, nullable=False, comment="of the case"),
        sa.Column("department", sa.Text, nullable=False, comment="of the case"),
        sa.Column("officer_id", UUID, nullable=False),
        sa.Column("officer_unit", sa.Text, nullable=False),
        sa.Column("officer_department", sa.Text, nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False, comment="sealed: what the officer wrote"),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("break_glass_of_officer", "break_glass", ["officer_id", "case_id", "until"])
    op.create_index("break_glass_department", "break_glass", ["department", "id"])
    op.create_index("break_glass_officer_department", "break_glass", ["officer_department", "id"])


def downgrade() -> None:
    op.drop_table("break_glass")
    op.drop_column("case_view", "grant_id")
    op.drop_column("case_view", "role")
