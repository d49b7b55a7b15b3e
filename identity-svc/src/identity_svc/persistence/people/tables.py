"""Exports under way and ready, with what is in them; requests to erase an account."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_people_tables(metadata: sa.MetaData) -> None:
    _add_erasure(metadata)
    export = sa.Table(
        "person_export",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("parts", JSONB, nullable=False, comment="by service: state and counts"),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("ready_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("downloaded_at", _TIME, comment="last"),
        sa.CheckConstraint("state IN ('preparing', 'ready')", name="person_export_state"),
    )
    sa.Index("person_export_account", export.c.account_id, export.c.id)
    sa.Index(
        "person_export_one",
        export.c.account_id,
        unique=True,
        postgresql_where=export.c.state == sa.literal_column("'preparing'"),
    )
    entry = sa.Table(
        "person_export_entry",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("export_id", UUID, sa.ForeignKey("person_export.id", ondelete="CASCADE"), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="sealed: path, NUL, content"),
    )
    sa.Index("person_export_entry_export", entry.c.export_id, entry.c.id)


def _add_erasure(metadata: sa.MetaData) -> None:
    erasure = sa.Table(
        "erasure",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column(
            "also", ARRAY(UUID), nullable=False, comment="accounts its owner had taken over: erased with it"
        ),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column(
            "receipt_hash", sa.LargeBinary, nullable=False, unique=True, comment="of what opens the report"
        ),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, comment="done, cancelled or stopped"),
        sa.Column("report", JSONB, nullable=False, comment="by service: kinds and counts, nobody's data"),
        sa.CheckConstraint(
            "state IN ('waiting', 'closing', 'erasing', 'done', 'cancelled', 'stopped')", name="erasure_state"
        ),
    )
    sa.Index("erasure_account", erasure.c.account_id, erasure.c.id)
    sa.Index(
        "erasure_one",
        erasure.c.account_id,
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'closing', 'erasing')"),
    )
