"""Accounts are linked with those who vouch for their owners."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0009"
down_revision = "0008"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identity_link",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("proof", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.text("now()")),
        sa.Column("used_at", _TIME, comment="when it last let somebody in"),
    )
    op.create_index("identity_link_account", "identity_link", ["account_id", "id"])
    op.create_table(
        "identity_link_subject",
        sa.Column(
            "subject_hash", sa.LargeBinary, primary_key=True, comment="keyed hash; of one person alone"
        ),
        sa.Column("link_id", UUID, sa.ForeignKey("identity_link.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "subject", sa.LargeBinary, nullable=False, comment="sealed, for hashing it under another key"
        ),
    )
    op.create_index("identity_link_subject_link", "identity_link_subject", ["link_id"])
    op.create_table(
        "vouched",
        sa.Column("ticket_hash", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary, nullable=False, comment="sealed: whom a provider vouches for"),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    op.create_index("vouched_expires_at", "vouched", ["expires_at"])


def downgrade() -> None:
    for table in ("vouched", "identity_link_subject", "identity_link"):
        op.drop_table(table)
