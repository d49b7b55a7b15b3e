"""Monthly statements, their lines, and what differs: part of the schema."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_statement_tables(metadata: sa.MetaData) -> None:
    statement = sa.Table(
        "statement",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("courier", sa.Text, nullable=False),
        sa.Column("month", sa.Date, nullable=False, comment="its first day, of Shanghai"),
        sa.Column("version", sa.Integer, nullable=False, server_default="0", comment="0: never here"),
        sa.Column("digest", sa.Text, comment="SHA-256 of the file"),
        sa.Column("next_look_at", _TIME, comment="when it is fetched (again); null: only when asked for"),
        sa.Column(
            "tries", sa.Integer, nullable=False, server_default="0", comment="in vain, one after another"
        ),
        sa.Column("problem", sa.Text, comment="why the last try was in vain"),
        sa.Column("tried_at", _TIME),
        sa.Column("loaded_at", _TIME, comment="when this version came"),
        sa.Column("matched_at", _TIME),
        *(
            sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
            for name in ("lines", "fee_cents", "our_parcels", "equal")
        ),
        sa.UniqueConstraint("courier", "month", name="statement_once"),
    )
    sa.Index("statement_of_month", statement.c.month, statement.c.id)
    sa.Index(
        "statement_due", statement.c.next_look_at, postgresql_where=statement.c.next_look_at.is_not(None)
    )
    line = sa.Table(
        "statement_line",
        metadata,
        sa.Column("statement_id", UUID, sa.ForeignKey("statement.id"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("waybill_no", sa.Text, nullable=False),
        sa.Column("order_no", sa.Text, nullable=False, comment="ours, where the courier tells it"),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("grams", sa.Integer, nullable=False),
        sa.Column("fee_cents", sa.BigInteger, nullable=False),
    )
    sa.Index("statement_line_waybill", line.c.waybill_no)
    _add_differences(metadata)


def _add_differences(metadata: sa.MetaData) -> None:
    difference = sa.Table(
        "statement_difference",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("statement_id", UUID, sa.ForeignKey("statement.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="of the statement, when it was found"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, comment="the waybill; of a copy, with its place"),
        sa.Column("line", sa.Integer, comment="of the statement; null: only ours"),
        sa.Column("theirs", JSONB, comment="what the statement says; null: nothing"),
        sa.Column("ours", JSONB, comment="what we know; null: nothing"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("decision", sa.Text),
        sa.Column("note", sa.Text, comment="why, in the operator's words; numbers of people masked"),
        sa.Column("decided_by", UUID, comment="the operator"),
        sa.Column("decided_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("outcome", sa.Text, comment="why it is no difference any more"),
        sa.CheckConstraint(
            "kind IN ('long', 'short', 'duplicate', 'amount', 'weight')", name="statement_difference_kind"
        ),
        sa.CheckConstraint("state IN ('open', 'decided', 'resolved')", name="statement_difference_state"),
        sa.CheckConstraint(
            "state <> 'decided' OR (decision IS NOT NULL AND decided_by IS NOT NULL AND note IS NOT NULL)",
            name="statement_difference_decided",
        ),
    )
    sa.Index(
        "statement_difference_once", difference.c.statement_id, difference.c.kind, difference.c.key, unique=True,
        postgresql_where=sa.text("state <> 'resolved'"),
    )  # fmt: skip
    sa.Index("statement_difference_open", difference.c.id, postgresql_where=difference.c.state == "open")
