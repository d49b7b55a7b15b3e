"""The tables of the second factor."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")


def add_factor_tables(metadata: sa.MetaData) -> None:
    sa.Table(
        "second_factor",
        metadata,
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), primary_key=True),
        sa.Column("secret", sa.LargeBinary, comment="sealed; null: none confirmed yet"),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="-1", comment="no code twice"),
        sa.Column("proposed", sa.LargeBinary, comment="sealed; waits for its first code"),
        sa.Column("proposed_until", _TIME),
    )
    sa.Table(
        "recovery_code",
        metadata,
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("used_at", _TIME),
    )
    device = sa.Table(
        "trusted_device",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("officer_id", UUID, sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("trusted_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("last_used_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    sa.Index("trusted_device_officer", device.c.officer_id)
    sa.Index("trusted_device_expires_at", device.c.expires_at)
    spent = sa.Table(
        "spent_challenge",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("until", _TIME, nullable=False, comment="when it would have ended by itself"),
    )
    sa.Index("spent_challenge_until", spent.c.until)
