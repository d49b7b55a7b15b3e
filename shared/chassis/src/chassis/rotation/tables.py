"""Which keys a database needs, and where a change of keys has come to."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

_TIME = sa.TIMESTAMP(timezone=True)


def add_rotation_table(metadata: sa.MetaData) -> None:
    """Adds sealing_key and key_rotation to `metadata`."""
    sa.Table(
        "sealing_key",
        metadata,
        sa.Column("key_id", sa.Text, primary_key=True, comment="or lookup:<fingerprint>"),
        sa.Column("since", _TIME, nullable=False, server_default=sa.text("now()")),
        sa.Column("emptied_at", _TIME, comment="since when nothing here is under it any more"),
    )
    sa.Table(
        "key_rotation",
        metadata,
        sa.Column("target", sa.Text, primary_key=True, comment="a column, or a kind of files"),
        sa.Column("goal", sa.Text, nullable=False, comment="the key everything there is to be under"),
        sa.Column("after", JSONB, comment="key of the last row looked at; null: from the beginning"),
        sa.Column("changed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("updated_at", _TIME, nullable=False, server_default=sa.text("now()")),
    )


def create_rotation_table(op: Any) -> None:
    """For a migration."""
    metadata = sa.MetaData()
    add_rotation_table(metadata)
    metadata.create_all(op.get_bind())


def drop_rotation_table(op: Any) -> None:
    op.drop_table("key_rotation")
    op.drop_table("sealing_key")
