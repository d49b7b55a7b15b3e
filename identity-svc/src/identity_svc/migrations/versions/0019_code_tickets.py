"""Codes by SMS are kept for tickets, several for one phone."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    # They live five minutes, and one without a ticket is of no use any more.
    op.execute("DELETE FROM sms_code")
    op.drop_constraint("sms_code_pkey", "sms_code", type_="primary")
    op.add_column(
        "sms_code",
        sa.Column("ticket_hash", sa.LargeBinary, nullable=False, comment="of what was answered to who asked"),
    )
    op.create_primary_key("sms_code_pkey", "sms_code", ["ticket_hash"])
    op.create_index("sms_code_phone", "sms_code", ["phone_hash"])


def downgrade() -> None:
    op.execute("DELETE FROM sms_code")
    op.drop_index("sms_code_phone", "sms_code")
    op.drop_constraint("sms_code_pkey", "sms_code", type_="primary")
    op.drop_column("sms_code", "ticket_hash")
    op.create_primary_key("sms_code_pkey", "sms_code", ["phone_hash", "purpose"])
