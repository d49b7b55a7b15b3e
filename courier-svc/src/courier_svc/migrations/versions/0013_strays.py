"""Reports on no parcel of ours, and those nobody could read, go after a while: found by when they came."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index(
        "courier_report_stray",
        "courier_report",
        ["heard_at"],
        postgresql_where=sa.text("verdict IN ('held', 'unreadable')"),
    )


def downgrade() -> None:
    op.drop_index("courier_report_stray", "courier_report")
