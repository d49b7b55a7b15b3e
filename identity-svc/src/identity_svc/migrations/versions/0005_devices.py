"""Sessions remember, as a hash, with what and from which network they were opened."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KNOWN = sa.text("device_hash IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "session",
        sa.Column("device_hash", sa.LargeBinary, comment="keyed hash of owner, device and network"),
    )
    for owner in ("account", "officer"):
        op.create_index(
            f"session_{owner}_device", "session", [f"{owner}_id", "device_hash"], postgresql_where=_KNOWN
        )


def downgrade() -> None:
    for owner in ("officer", "account"):
        op.drop_index(f"session_{owner}_device", "session")
    op.drop_column("session", "device_hash")
