"""The event history, invitations, reviews, their batches and daily counts."""

import sqlalchemy as sa
from alembic import op
from chassis.db.tables import create_chassis_tables, drop_chassis_tables
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_chassis_tables(op)
    _create_event_history()
    _create_invitation()
    _create_review()
    _create_review_batch()
    _create_review_tally()


def _create_event_history() -> None:
    op.create_table(
        "event_history",
        sa.Column("occurred_at", _TIME, primary_key=True, comment="when the producer wrote it"),
        sa.Column("event_id", UUID, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("aggregate", sa.Text, nullable=False, comment="the aggregate's id: the Kafka key"),
        sa.Column("payload", JSONB, nullable=False),
    )


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("case_no", sa.Text, nullable=False),
        sa.Column("applicant_id", UUID, nullable=False),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("item_version", sa.Integer, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("officer_id", UUID, comment="who decided"),
        sa.Column("outcome", sa.Text, nullable=False, comment="completed or denied"),
        sa.Column("ended_at", _TIME, nullable=False),
        sa.Column("invited_at", _TIME, nullable=False),
        sa.Column("reviewed_at", _TIME),
    )
    op.create_index(
        "invitation_open",
        "invitation",
        ["applicant_id", "invited_at", "case_id"],
        postgresql_where=sa.text("reviewed_at IS NULL"),
    )


def _create_review() -> None:
    op.create_table(
        "review",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("case_id", UUID, nullable=False, unique=True),
        sa.Column("case_no", sa.Text, nullable=False),
        sa.Column("applicant_id", UUID, nullable=False),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("officer_id", UUID),
        sa.Column("level", sa.Text, nullable=False, comment="a name, never a number"),
        sa.Column("tags", ARRAY(sa.Text), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary),
        sa.Column("submitted_at", _TIME, nullable=False),
        sa.Column("batch_id", UUID, comment="with which others the judged unit sees it; null: not yet"),
    )
    op.create_index("review_applicant", "review", ["applicant_id", "id"])
    op.create_index(
        "review_unreleased", "review", ["unit", "id"], postgresql_where=sa.text("batch_id IS NULL")
    )
    op.create_index("review_of_batch", "review", ["batch_id"])


def _create_review_batch() -> None:
    op.create_table(
        "review_batch",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("released_at", _TIME, nullable=False),
    )
    op.create_index("review_batch_unit", "review_batch", ["unit", "id"])


def _create_review_tally() -> None:
    op.create_table(
        "review_tally",
        sa.Column("dimension", sa.Text, primary_key=True, comment="item, officer or unit"),
        sa.Column("day", sa.Date, primary_key=True, comment="in Shanghai"),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("unit", sa.Text, primary_key=True, comment="an officer's at that time; else empty"),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("very_satisfied", sa.Integer, nullable=False),
        sa.Column("satisfied", sa.Integer, nullable=False),
        sa.Column("fairly_satisfied", sa.Integer, nullable=False),
        sa.Column("dissatisfied", sa.Integer, nullable=False),
        sa.Column("very_dissatisfied", sa.Integer, nullable=False),
    )
    op.create_index(
        "review_tally_officers",
        "review_tally",
        ["department", "unit", "day"],
        postgresql_where=sa.text("dimension = 'officer'"),
    )


def downgrade() -> None:
    for table in ("review_tally", "review_batch", "review", "invitation", "event_history"):
        op.drop_table(table)
    drop_chassis_tables(op)
