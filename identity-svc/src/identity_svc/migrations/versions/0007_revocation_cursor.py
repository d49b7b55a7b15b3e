"""Revocations know the transaction that wrote them: whoever looks again asks for what was not yet committed then."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "revocation",
        sa.Column(
            "written_in",
            sa.BigInteger,
            nullable=False,
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            comment="the transaction, by which looks know what they have seen",
        ),
    )
    op.create_index("revocation_written_in", "revocation", ["written_in"])
    op.drop_index("revocation_revoked_at", "revocation")


def downgrade() -> None:
    op.create_index("revocation_revoked_at", "revocation", ["revoked_at"])
    op.drop_index("revocation_written_in", "revocation")
    op.drop_column("revocation", "written_in")
