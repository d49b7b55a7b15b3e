"""Tables of the nightly comparison."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_parity_tables(metadata: sa.MetaData) -> None:
    sa.Table(
        "parity_day",
        metadata,
        sa.Column("day", sa.Date, primary_key=True, comment="of Shanghai"),
        sa.Column("compared_at", _TIME, nullable=False),
        sa.Column("orders", sa.Integer, nullable=False, comment="paid, and wanted by their cases"),
        sa.Column("cases", sa.Integer, comment="paid, by case-svc's word; null: it has not told yet"),
        sa.Column("booked", sa.Integer, nullable=False, comment="orders that were ever paid"),
        sa.Column("applied", sa.Integer, nullable=False, comment="ledger entries that say so"),
        sa.Column("hours_apart", sa.SmallInteger, nullable=False, comment="looked at one by one"),
    )
    difference = sa.Table(
        "parity_difference",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("pair", sa.Text, nullable=False, comment="who was held against whom"),
        sa.Column("day", sa.Date, nullable=False, comment="of Shanghai"),
        sa.Column("hour", sa.SmallInteger, nullable=False, comment="of Shanghai"),
        sa.Column("about_id", UUID, nullable=False, comment="an order; a capture for the pair books"),
        sa.Column("order_id", UUID),
        sa.Column("case_id", UUID),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("ours", JSONB, comment="what our side says; null: nothing"),
        sa.Column("theirs", JSONB, comment="what the other side says; null: nothing"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("retold_at", _TIME, comment="when the case was told once more"),
        sa.Column("ended_at", _TIME),
        sa.Column("decision", sa.Text),
        sa.Column("decided_by", UUID, comment="the operator"),
        sa.Column("note", sa.Text, comment="why, in the operator's words; numbers of people masked"),
        sa.CheckConstraint("pair IN ('cases', 'ledger', 'books')", name="parity_difference_pair"),
        sa.CheckConstraint(
            "state IN ('retold', 'repaired', 'raised', 'gone', 'decided')", name="parity_difference_state"
        ),
        sa.CheckConstraint(
            "(state = 'decided') = (decision IS NOT NULL AND decided_by IS NOT NULL AND note IS NOT NULL)",
            name="parity_difference_decided",
        ),
    )
    sa.Index(
        "parity_difference_about", difference.c.day, difference.c.pair, difference.c.about_id, difference.c.id
    )
    sa.Index(
        "parity_difference_once",
        difference.c.day,
        difference.c.pair,
        difference.c.about_id,
        unique=True,
        postgresql_where=sa.text("state <> 'decided'"),
    )
    sa.Index("parity_difference_of_day", difference.c.day, difference.c.id)
    sa.Index("parity_difference_raised", difference.c.id, postgresql_where=sa.text("state = 'raised'"))
