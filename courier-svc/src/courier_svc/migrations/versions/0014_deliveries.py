"""When a scan was pushed, and in which request; and what was refused at the door."""

import sqlalchemy as sa
from alembic import op
from chassis.partners.tables import create_refusal_table, drop_refusal_table

revision = "0014"
down_revision = "0013"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    first = "when it was first pushed; null: told in answers only"
    op.add_column("courier_report", sa.Column("pushed_at", _TIME, comment=first))
    op.add_column("courier_report", sa.Column("last_pushed_at", _TIME, comment="when it was pushed again"))
    op.add_column("courier_report", sa.Column("request_id", sa.Text, comment="of the first push"))
    op.execute("UPDATE courier_report SET pushed_at = heard_at WHERE source = 'push'")
    pushed = sa.text("pushed_at IS NOT NULL")
    op.create_index("courier_report_pushed", "courier_report", ["courier", "id"], postgresql_where=pushed)
    waits = sa.text(
        "pushed_at IS NOT NULL AND verdict IN ('hint', 'held', 'contradiction', 'unconfirmed', 'unreadable')"
    )
    op.create_index("courier_report_open", "courier_report", ["courier", "id"], postgresql_where=waits)
    op.create_index("courier_report_order", "courier_report", ["order_no"])
    create_refusal_table(op)


def downgrade() -> None:
    drop_refusal_table(op)
    for index in ("courier_report_pushed", "courier_report_open", "courier_report_order"):
        op.drop_index(index)
    for column in ("pushed_at", "last_pushed_at", "request_id"):
        op.drop_column("courier_report", column)
