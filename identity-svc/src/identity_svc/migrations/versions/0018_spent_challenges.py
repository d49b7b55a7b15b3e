"""A challenge of the second factor is good for one log-in; log-ins under way follow their browser's mark."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "spent_challenge",
        sa.Column("id", UUID, nullable=False),
        sa.Column(
            "until",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            comment="when it would have ended by itself",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("spent_challenge_until", "spent_challenge", ["until"])
    op.create_index("oidc_flow_browser", "oidc_flow", ["browser"])


def downgrade() -> None:
    op.drop_index("oidc_flow_browser", "oidc_flow")
    op.drop_table("spent_challenge")
