"""The schema: what migrations must arrive at. Queries are SQL text in the neighbouring modules."""

import sqlalchemy as sa
from chassis.audit.witness import add_witness_table
from chassis.db.tables import add_chassis_tables
from chassis.people import add_erasure_table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = sa.MetaData()
add_chassis_tables(metadata)
add_erasure_table(metadata)
add_witness_table(metadata)

_TIME = sa.TIMESTAMP(timezone=True)

# Append-only. Keyed by time first, so that it can be partitioned by month without another key; an event's
# time never changes, so the pair is as unique as the id.
event_history = sa.Table(
    "event_history",
    metadata,
    sa.Column("occurred_at", _TIME, primary_key=True, comment="when the producer wrote it"),
    sa.Column("event_id", UUID, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("aggregate", sa.Text, nullable=False, comment="the aggregate's id: the Kafka key"),
    sa.Column("payload", JSONB, nullable=False),
)

invitation = sa.Table(
    "invitation",
    metadata,
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
sa.Index(
    "invitation_open",
    invitation.c.applicant_id,
    invitation.c.invited_at,
    invitation.c.case_id,
    postgresql_where=invitation.c.reviewed_at.is_(None),
)

review = sa.Table(
    "review",
    metadata,
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
sa.Index("review_applicant", review.c.applicant_id, review.c.id)
sa.Index("review_unreleased", review.c.unit, review.c.id, postgresql_where=review.c.batch_id.is_(None))
sa.Index("review_of_batch", review.c.batch_id)

review_batch = sa.Table(
    "review_batch",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("released_at", _TIME, nullable=False),
)
sa.Index("review_batch_unit", review_batch.c.unit, review_batch.c.id)

# What the tallies have not counted yet: a row a review, for a minute or so.
sa.Table(
    "tally_mark",
    metadata,
    sa.Column("review_id", UUID, primary_key=True),
    sa.Column("day", sa.Date, nullable=False, comment="in Shanghai"),
    sa.Column("item_code", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("officer_id", UUID),
    sa.Column("level", sa.Text, nullable=False),
)

# One row per day and judged thing, counted up from the marks: statistics over years read days, not reviews.
# The counts are in no index, so counting up is a HOT update.
review_tally = sa.Table(
    "review_tally",
    metadata,
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
sa.Index(
    "review_tally_officers",
    review_tally.c.department,
    review_tally.c.unit,
    review_tally.c.day,
    postgresql_where=review_tally.c.dimension == "officer",
)
