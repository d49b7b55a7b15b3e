"""The chassis' tables, the same in every service's database."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, UUID

from ..rotation.tables import add_rotation_table
from .audit_tables import add_audit_tables

_NOW = sa.text("now()")


def add_chassis_tables(metadata: sa.MetaData) -> None:
    """Adds outbox, inbox, parked_message, job, idempotency_key, positions, audit log and keys in use to `metadata`."""
    _add_first_tables(metadata)
    add_audit_tables(metadata)
    add_rotation_table(metadata)


def _add_first_tables(metadata: sa.MetaData) -> None:
    _outbox(metadata)
    _consumer_side(metadata)
    _jobs(metadata)
    _idempotency(metadata)


def _outbox(metadata: sa.MetaData) -> None:
    outbox = sa.Table(
        "outbox",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="the aggregate's, from the same update"),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("correlation_id", sa.Text),
        sa.Column("causation_id", sa.Text),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True)),
        sa.UniqueConstraint("topic", "key", "version", name="outbox_version_once"),
    )
    sa.Index("outbox_unsent", outbox.c.id, postgresql_where=outbox.c.sent_at.is_(None))
    sa.Index("outbox_sent_at", outbox.c.sent_at, postgresql_using="brin")
    sa.Table(
        "relay_checkpoint",
        metadata,
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("record_offset", sa.BigInteger, nullable=False),
        sa.Column("event_id", UUID, nullable=False, comment="first record of the last batch we sent there"),
    )
    sa.Table(
        "relay_epoch",
        metadata,
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column(
            "epoch", sa.Integer, nullable=False, comment="how often the broker lost this topic, plus one"
        ),
    )


def _consumer_side(metadata: sa.MetaData) -> None:
    inbox = sa.Table(
        "inbox",
        metadata,
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", UUID, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "applied_at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
    )
    sa.Index("inbox_applied_at", inbox.c.applied_at, postgresql_using="brin")
    parked = sa.Table(
        "parked_message",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", UUID, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("parked_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
        sa.Column(
            "retry_at", sa.TIMESTAMP(timezone=True), comment="null: waits for an operator, or behind its key"
        ),
    )
    sa.Index("parked_message_key", parked.c.consumer, parked.c.topic, parked.c.key, parked.c.id)
    sa.Index("parked_message_retry", parked.c.retry_at, postgresql_where=parked.c.retry_at.is_not(None))
    sa.Table(
        "consumer_position",
        metadata,
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("partition", sa.Integer, primary_key=True),
        sa.Column("record_offset", sa.BigInteger, nullable=False, comment="of the last record taken"),
        sa.Column("event_id", UUID, nullable=False, comment="of the last record taken"),
        sa.Column("epoch", sa.Integer, nullable=False),
    )


def _jobs(metadata: sa.MetaData) -> None:
    job = sa.Table(
        "job",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False, server_default="{}"),
        sa.Column("run_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column(
            "generation", sa.Integer, nullable=False, server_default="0", comment="raised when replaced"
        ),
        sa.Column("leased_until", sa.TIMESTAMP(timezone=True)),
        sa.Column("last_error", sa.Text),
        sa.Column("traceparent", sa.Text),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
        sa.UniqueConstraint("kind", "key", name="job_once"),
    )
    sa.Index("job_due", job.c.run_at)
    sa.Index("job_failing", job.c.attempts, postgresql_where=job.c.last_error.is_not(None))


def _idempotency(metadata: sa.MetaData) -> None:
    key = sa.Table(
        "idempotency_key",
        metadata,
        sa.Column("scope", sa.LargeBinary, primary_key=True, comment="SHA-256 of caller, method, path, key"),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
    )
    sa.Index("idempotency_key_created_at", key.c.created_at, postgresql_using="brin")


def create_chassis_tables(op: Any) -> None:
    """For a service's first migration. What the chassis got later has migrations of its own, as databases exist."""
    metadata = sa.MetaData()
    _add_first_tables(metadata)
    metadata.create_all(op.get_bind())


def drop_chassis_tables(op: Any) -> None:
    metadata = sa.MetaData()
    _add_first_tables(metadata)
    metadata.drop_all(op.get_bind())
