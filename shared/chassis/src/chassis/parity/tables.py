"""Tallies of days: a service's own, and those it has heard of others."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB


def add_tally_table(metadata: sa.MetaData) -> None:
    """Adds day_tally to `metadata`."""
    sa.Table(
        "day_tally",
        metadata,
        sa.Column("service", sa.Text, primary_key=True, comment="that counted"),
        sa.Column("day", sa.Date, primary_key=True, comment="of Shanghai"),
        sa.Column("revision", sa.Integer, nullable=False, comment="0: counting began in the middle of it"),
        sa.Column("facts", JSONB, nullable=False, comment="as in contracts.tallies"),
        sa.Column("tallied_at", sa.TIMESTAMP(timezone=True), nullable=False),
    )


def create_tally_table(op: Any, *, counts: str | None = None) -> None:
    """For a migration. `counts`: the service, where it counts days itself; the first is the day after this one."""
    metadata = sa.MetaData()
    add_tally_table(metadata)
    metadata.create_all(op.get_bind())
    if counts is not None:
        begun = sa.text(
            "INSERT INTO day_tally (service, day, revision, facts, tallied_at)"
            " VALUES (:service, (now() AT TIME ZONE 'Asia/Shanghai')::date, 0, '[]', now())"
        )
        op.execute(begun.bindparams(service=counts))


def drop_tally_table(op: Any) -> None:
    op.drop_table("day_tally")
