"""Secrets of push addresses that are issued while the service runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0015"
down_revision = "0014"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "push_key",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("courier", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the secret"),
        sa.Column("source", sa.Text, nullable=False, comment="issued, configured"),
        sa.Column("issued_at", _TIME, nullable=False),
        sa.Column("issued_by", UUID, comment="the engineer"),
        sa.Column("ends_at", _TIME, comment="null: until another takes its place"),
        sa.Column("revoked_at", _TIME),
        sa.UniqueConstraint("courier", "digest", name="push_key_once"),
    )


def downgrade() -> None:
    op.drop_table("push_key")
