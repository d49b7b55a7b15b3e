"""Where people and officers are known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "known_place",
        sa.Column("place_hash", sa.LargeBinary, primary_key=True, comment="keyed hash of owner and address"),
        sa.Column("owner_id", UUID, nullable=False, comment="an account or officer"),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="to the day"),
    )
    op.create_index("known_place_owner", "known_place", ["owner_id"])
    op.create_index("known_place_seen_at", "known_place", ["seen_at"])


def downgrade() -> None:
    op.drop_table("known_place")
