"""What an account's level stands on: one row for each proof."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0004"
down_revision = "0003"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "assurance",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", _TIME, comment="null: it holds for ever"),
        sa.Column("officer_id", UUID, comment="who checked, at a window"),
        sa.Column("window_code", sa.Text),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name="assurance_level"),
        sa.CheckConstraint("(source = 'window') = (officer_id IS NOT NULL)", name="assurance_officer"),
    )
    op.create_index("assurance_account", "assurance", ["account_id", "id"])
    op.create_index(
        "assurance_expires_at",
        "assurance",
        ["expires_at"],
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    # What accounts stand on that were there before.
    op.execute(
        "INSERT INTO assurance (account_id, level, source, at)"
        " SELECT id, 1, 'phone', registered_at FROM account WHERE ial >= 1"
        " UNION ALL SELECT id, 2, 'realname', coalesce(verified_at, registered_at) FROM account WHERE ial >= 2"
    )


def downgrade() -> None:
    op.drop_table("assurance")
