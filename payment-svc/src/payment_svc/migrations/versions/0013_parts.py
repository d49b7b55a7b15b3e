"""Money can go back in parts, and staff can ask for it: what is being returned of a capture, and who decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0013"
down_revision = "0012"

_STATES = ("awaiting_approval", "declined", "requested", "processing", "succeeded", "abnormal")
_BEFORE = ("requested", "processing", "succeeded", "abnormal")


def upgrade() -> None:
    for column, comment in (
        ("returning_cents", "given back, on the way back, or set aside for it"),
        ("returned_cents", "given back"),
    ):
        op.add_column(
            "capture",
            sa.Column(column, sa.BigInteger, nullable=False, server_default="0", comment=comment),
        )
    op.execute(
        "UPDATE capture SET returning_cents = amount_cents,"
        " returned_cents = CASE WHEN state = 'refunded' THEN amount_cents ELSE 0 END"
        " WHERE state IN ('refund_due', 'refunded')"
    )
    op.create_check_constraint(
        "capture_returning",
        "capture",
        "returned_cents BETWEEN 0 AND returning_cents AND returning_cents <= amount_cents",
    )
    op.add_column("refund", sa.Column("reason", sa.Text, comment="why staff gave it back, in their words"))
    op.add_column("refund", sa.Column("requested_by", UUID, comment="the officer who asked; null: by rule"))
    op.add_column("refund", sa.Column("decided_by", UUID, comment="the supervisor who approved or declined"))
    op.add_column("refund", sa.Column("decided_at", sa.TIMESTAMP(timezone=True)))
    _states(_STATES)
    op.create_index(
        "refund_waiting", "refund", ["id"], postgresql_where=sa.text("state = 'awaiting_approval'")
    )


def _states(states: tuple[str, ...]) -> None:
    op.drop_constraint("refund_state", "refund")
    op.create_check_constraint("refund_state", "refund", f"state IN ({', '.join(map(repr, states))})")


def downgrade() -> None:
    """Fails where a refund waits or was declined: before, there was no such thing."""
    op.drop_index("refund_waiting")
    _states(_BEFORE)
    for column in ("decided_at", "decided_by", "requested_by", "reason"):
        op.drop_column("refund", column)
    op.drop_constraint("capture_returning", "capture")
    for column in ("returned_cents", "returning_cents"):
        op.drop_column("capture", column)
