"""The audit log, its seals and what waits for one."""

from alembic import op
from chassis.db.audit_tables import create_audit_tables, drop_audit_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_audit_tables(op)


def downgrade() -> None:
    drop_audit_tables(op)
