"""Seals of the audit log tell their rows apart; heads of other services' logs are kept."""

from alembic import op
from chassis.audit.witness import create_witness_table
from chassis.db.audit_tables import add_row_hashes

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_row_hashes(op)
    create_witness_table(op)


def downgrade() -> None:
    op.drop_table("audit_witness")
    op.drop_column("audit_seal", "row_hashes")
