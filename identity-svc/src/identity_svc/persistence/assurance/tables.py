"""One row for each proof."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_assurance_tables(metadata: sa.MetaData) -> None:
    proof = sa.Table(
        "assurance",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False, server_default=sa.text("now()")),
        sa.Column("expires_at", _TIME, comment="null: it holds for ever"),
        sa.Column("officer_id", UUID, comment="who checked, at a window"),
        sa.Column("window_code", sa.Text),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name="assurance_level"),
        sa.CheckConstraint("(source = 'window') = (officer_id IS NOT NULL)", name="assurance_officer"),
    )
    sa.Index("assurance_account", proof.c.account_id, proof.c.id)
    sa.Index("assurance_expires_at", proof.c.expires_at, postgresql_where=proof.c.expires_at.is_not(None))
