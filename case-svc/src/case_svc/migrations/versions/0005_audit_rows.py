"""Seals of the audit log tell their rows apart."""

from alembic import op
from chassis.db.audit_tables import add_row_hashes

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    add_row_hashes(op)


def downgrade() -> None:

    op.drop_column("audit_seal", "row_hashes")
