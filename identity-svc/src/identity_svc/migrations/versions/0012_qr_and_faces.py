"""Log-ins by QR code, and face checks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0012"
down_revision = "0011"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "qr_log_in",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True, comment="of what is scanned"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False, comment="of what fetches the session"),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("client", sa.LargeBinary, nullable=False, comment="sealed: the computer that asks"),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), comment="whose phone scanned it"),
        sa.Column(
            "session_id", UUID, sa.ForeignKey("session.id", ondelete="CASCADE"), comment="that phone's"
        ),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'scanned', 'confirmed', 'refused', 'used')", name="qr_log_in_state"
        ),
        sa.CheckConstraint("(state = 'waiting') = (account_id IS NULL)", name="qr_log_in_scanned"),
    )
    op.create_index("qr_log_in_expires_at", "qr_log_in", ["expires_at"])
    op.create_index("qr_log_in_session", "qr_log_in", ["session_id"])
    op.create_table(
        "face_check",
        sa.Column("id", UUID, primary_key=True, comment="our number at the service"),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("check_no", sa.Text, comment="the service's; null until it answered"),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("created_at", _TIME, nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("state IN ('pending', 'passed', 'failed', 'expired')", name="face_check_state"),
    )
    op.create_index("face_check_created_at", "face_check", ["created_at"])


def downgrade() -> None:
    op.drop_table("face_check")
    op.drop_table("qr_log_in")
