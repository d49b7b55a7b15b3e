"""Reviews are counted from marks of their own, so that they no longer wait for each other at the day's rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0002"
down_revision = "0001"

_COUNT = """WITH taken AS (DELETE FROM tally_mark RETURNING *)
INSERT INTO review_tally AS tally (dimension, day, key, unit, department, very_satisfied, satisfied,
  fairly_satisfied, dissatisfied, very_dissatisfied)
SELECT judged.dimension, day, judged.key, judged.unit, min(department),
  count(*) FILTER (WHERE level = 'very_satisfied'), count(*) FILTER (WHERE level = 'satisfied'),
  count(*) FILTER (WHERE level = 'fairly_satisfied'), count(*) FILTER (WHERE level = 'dissatisfied'),
  count(*) FILTER (WHERE level = 'very_dissatisfied')
FROM taken, LATERAL (VALUES ('item', item_code, ''), ('officer', officer_id::text, taken.unit),
  ('unit', taken.unit, '')) AS judged (dimension, key, unit)
WHERE judged.key IS NOT NULL GROUP BY judged.dimension, day, judged.key, judged.unit
ON CONFLICT (dimension, day, key, unit) DO UPDATE SET
  very_satisfied = tally.very_satisfied + excluded.very_satisfied,
  satisfied = tally.satisfied + excluded.satisfied,
  fairly_satisfied = tally.fairly_satisfied + excluded.fairly_satisfied,
  dissatisfied = tally.dissatisfied + excluded.dissatisfied,
  very_dissatisfied = tally.very_dissatisfied + excluded.very_dissatisfied"""


def upgrade() -> None:
    op.create_table(
        "tally_mark",
        sa.Column("review_id", UUID, primary_key=True),
        sa.Column("day", sa.Date, nullable=False, comment="in Shanghai"),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("officer_id", UUID),
        sa.Column("level", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.execute(_COUNT)  # what is not counted yet would be lost with its mark
    op.drop_table("tally_mark")
