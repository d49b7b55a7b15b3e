"""Exports of all that is kept of a person, and what is in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0014"
down_revision = "0013"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "person_export",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("parts", JSONB, nullable=False, comment="by service: state and counts"),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("ready_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("downloaded_at", _TIME, comment="last"),
        sa.CheckConstraint("state IN ('preparing', 'ready')", name="person_export_state"),
    )
    op.create_index("person_export_account", "person_export", ["account_id", "id"])
    op.create_index(
        "person_export_one",
        "person_export",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state = 'preparing'"),
    )
    op.create_table(
        "person_export_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("export_id", UUID, sa.ForeignKey("person_export.id", ondelete="CASCADE"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="sealed: path, NUL, content"),
    )
    op.create_index("person_export_entry_export", "person_export_entry", ["export_id", "id"])


def downgrade() -> None:
    op.drop_table("person_export_entry")
    op.drop_table("person_export")
