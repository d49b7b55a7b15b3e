"""The audit log's tables: who did what to whom, the seals that chain it, and what waits for a seal."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

_TIME = sa.TIMESTAMP(timezone=True)


def add_audit_tables(metadata: sa.MetaData) -> None:
    """Adds audit_log, audit_pending and audit_seal to `metadata`."""
    sa.Table(
        "audit_log",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False, comment="who did it: an id, a service or a command"),
        sa.Column("subject", sa.Text, nullable=False, comment="what or whom it was done to, by id"),
        sa.Column("facts", JSONB, nullable=False, comment="never personal data"),
        sa.Column("trace_id", sa.Text),
    )
    # Ids are given before the commit, so a row's place cannot be "above the last sealed one". A row waits here from
    # the statement that writes it until the sealer takes it; nothing in audit_log itself ever changes.
    sa.Table("audit_pending", metadata, sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))
    sa.Table(
        "audit_seal",
        metadata,
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False, comment="from 1, no gaps"),
        sa.Column(
            "row_ids", ARRAY(sa.BigInteger), nullable=False, comment="of audit_log, in the seal's order"
        ),
        sa.Column("row_hashes", ARRAY(sa.LargeBinary), nullable=False, comment="SHA-256 of each"),
        sa.Column("sealed_at", _TIME, nullable=False),
        sa.Column(
            "previous", sa.LargeBinary, nullable=False, comment="hash of the seal before; zeros at first"
        ),
        sa.Column("hash", sa.LargeBinary, nullable=False, comment="SHA-256, see chassis.audit.chain"),
    )


def create_audit_tables(op: Any) -> None:
    """For a migration. That they are append-only for who serves is a matter of grants: chassis.db.roles."""
    metadata = sa.MetaData()
    add_audit_tables(metadata)
    metadata.create_all(op.get_bind())


def drop_audit_tables(op: Any) -> None:
    metadata = sa.MetaData()
    add_audit_tables(metadata)
    metadata.drop_all(op.get_bind())


def add_row_hashes(op: Any) -> None:
    """For a migration: databases that had their tables before seals told rows apart."""
    op.execute("ALTER TABLE audit_seal ADD COLUMN IF NOT EXISTS row_hashes bytea[] NOT NULL")
