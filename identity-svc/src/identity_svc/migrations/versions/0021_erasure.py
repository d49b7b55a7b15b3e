"""Requests to erase an account, and accounts of which nothing is left."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0021"
down_revision = "0020"

_TIME = sa.TIMESTAMP(timezone=True)
_USCC = "(kind = 'enterprise') = (uscc IS NOT NULL)"


def upgrade() -> None:
    op.add_column(
        "account",
        sa.Column("closed_at", _TIME, comment="since when nobody logs in: it is being erased, or was"),
    )
    op.add_column(
        "account", sa.Column("erased_at", _TIME, comment="since when nothing of its owner is in it")
    )
    op.drop_constraint("account_uscc", "account")
    op.create_check_constraint("account_uscc", "account", f"{_USCC} OR erased_at IS NOT NULL")
    op.create_table(
        "erasure",
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
    op.create_index("erasure_account", "erasure", ["account_id", "id"])
    op.create_index(
        "erasure_one",
        "erasure",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('waiting', 'closing', 'erasing')"),
    )
    # Only those of open sessions were found by their owner.
    op.drop_index("session_account", "session")
    op.create_index("session_account", "session", ["account_id"])
    op.create_index("face_check_account", "face_check", ["account_id"])
    op.create_index("mandate_ended_at", "mandate", ["ended_at"])


def downgrade() -> None:
    op.drop_index("mandate_ended_at", "mandate")
    op.drop_index("face_check_account", "face_check")
    op.drop_index("session_account", "session")
    op.create_index(
        "session_account", "session", ["account_id"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("erasure")
    op.drop_constraint("account_uscc", "account")
    op.create_check_constraint("account_uscc", "account", _USCC)
    op.drop_column("account", "erased_at")
    op.drop_column("account", "closed_at")
