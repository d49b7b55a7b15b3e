"""Deliveries that were turned away: what they were, never what they said."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_refusal_table(metadata: sa.MetaData) -> None:
    """Adds refused_delivery to `metadata`."""
    table = sa.Table(
        "refused_delivery",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("partner", sa.Text, nullable=False, comment="at whose door"),
        sa.Column("door", sa.Text, nullable=False, comment="which of its doors"),
        sa.Column("cause", sa.Text, nullable=False, comment="a code"),
        sa.Column("at", _TIME, nullable=False, comment="the first of them"),
        sa.Column("last_at", _TIME, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False, comment="more than one: too many to be told apart"),
        sa.Column("size", sa.Integer, nullable=False, comment="bytes of the first body"),
        sa.Column("digest", sa.LargeBinary, comment="SHA-256 of the body; null: of many"),
        sa.Column("request_id", sa.Text, comment="of the first"),
    )
    sa.Index("refused_delivery_partner", table.c.partner, table.c.id)
    sa.Index("refused_delivery_last", table.c.partner, table.c.last_at)


def create_refusal_table(op: Any) -> None:
    """For a migration."""
    metadata = sa.MetaData()
    add_refusal_table(metadata)
    metadata.create_all(op.get_bind())


def drop_refusal_table(op: Any) -> None:
    op.drop_table("refused_delivery")
