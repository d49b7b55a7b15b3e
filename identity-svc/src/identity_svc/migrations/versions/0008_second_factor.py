"""Officers may prove a second factor; recovery codes, and devices they trust."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0008"
down_revision = "0007"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column(
        "officer",
        sa.Column(
            "second_factor_at", _TIME, comment="since when an authenticator is asked for at the log-in"
        ),
    )
    op.create_table(
        "second_factor",
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("secret", sa.LargeBinary, comment="sealed; null: none confirmed yet"),
        sa.Column("last_step", sa.BigInteger, server_default="-1", nullable=False, comment="no code twice"),
        sa.Column("proposed", sa.LargeBinary, comment="sealed; waits for its first code"),
        sa.Column("proposed_until", _TIME),
        sa.PrimaryKeyConstraint("officer_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("used_at", _TIME),
        sa.PrimaryKeyConstraint("officer_id", "code_hash"),
    )
    op.create_table(
        "trusted_device",
        sa.Column("id", UUID, nullable=False),
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("trusted_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trusted_device_officer", "trusted_device", ["officer_id"])
    op.create_index("trusted_device_expires_at", "trusted_device", ["expires_at"])


def downgrade() -> None:
    op.drop_table("trusted_device")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    op.drop_column("officer", "second_factor_at")
