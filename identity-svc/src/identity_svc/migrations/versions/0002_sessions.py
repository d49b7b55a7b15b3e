"""Sessions are named and say how their owner proved to be themselves; what ended is remembered; people are told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0002"
down_revision = "0001"

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("session", sa.Column("name", sa.Text, comment="its owner's name for the device"))
    op.add_column("session", sa.Column("device", sa.Text, comment="as its client called itself, in short"))
    op.add_column(
        "session", sa.Column("amr", ARRAY(sa.Text), server_default="{}", nullable=False, comment="RFC 8176")
    )
    op.add_column("session", sa.Column("authenticated_at", _TIME, server_default=_NOW, nullable=False))
    op.execute(
        "UPDATE session SET authenticated_at = created_at,"
        " amr = CASE method WHEN 'code' THEN '{sms}'::text[] ELSE '{pwd}'::text[] END"
    )
    op.create_table(
        "revocation",
        sa.Column("revoked_id", UUID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="session or mandate"),
        sa.Column("revoked_at", _TIME, nullable=False),
        sa.Column(
            "forget_at", _TIME, nullable=False, comment="when no token that names it can be valid any more"
        ),
        sa.PrimaryKeyConstraint("revoked_id"),
    )
    op.create_index("revocation_forget_at", "revocation", ["forget_at"])
    op.create_index("revocation_revoked_at", "revocation", ["revoked_at"])
    op.create_table(
        "message",
        sa.Column("id", UUID, nullable=False),
        sa.Column("recipient_id", UUID, nullable=False, comment="an account or officer"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False, comment="never personal data"),
        sa.Column("at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("read_at", _TIME),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("message_recipient", "message", ["recipient_id", "id"])
    op.create_index(
        "message_unread", "message", ["recipient_id"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_index("message_at", "message", ["at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_table("message")
    op.drop_table("revocation")
    for column in ("authenticated_at", "amr", "device", "name"):
        op.drop_column("session", column)
