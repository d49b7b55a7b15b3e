"""How often a notice came, about what, and in which request; and what was refused at the door."""

import sqlalchemy as sa
from alembic import op
from chassis.partners.tables import create_refusal_table, drop_refusal_table

revision = "0016"
down_revision = "0015"

_OPEN = "outcome IN ('unmatched', 'unconfirmed', 'held', 'contradiction', 'unreadable')"


def upgrade() -> None:
    ours = "ours, of the attempt or refund it tells of"
    op.add_column("notice", sa.Column("number", sa.Text, comment=ours))
    op.add_column("notice", sa.Column("request_id", sa.Text, comment="of the delivery"))
    often = sa.Column("copies", sa.Integer, nullable=False, server_default="1", comment="how often it came")
    op.add_column("notice", often)
    again = sa.Column("last_at", sa.TIMESTAMP(timezone=True), comment="when it last came again")
    op.add_column("notice", again)
    op.create_index("notice_channel", "notice", ["channel", "id"])
    op.create_index("notice_number", "notice", ["number"], postgresql_where=sa.text("number IS NOT NULL"))
    op.create_index("notice_open", "notice", ["channel", "id"], postgresql_where=sa.text(_OPEN))
    create_refusal_table(op)


def downgrade() -> None:
    drop_refusal_table(op)
    for index in ("notice_channel", "notice_number", "notice_open"):
        op.drop_index(index)
    for column in ("number", "request_id", "copies", "last_at"):
        op.drop_column("notice", column)
