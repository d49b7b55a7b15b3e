"""Parcels that are not free wait for their postage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0010"
down_revision = "0009"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "postage",
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("order_id", UUID),
        sa.Column("paid_at", _TIME, comment="null: not yet"),
        sa.PrimaryKeyConstraint("case_id"),
        comment="Whose postage is paid, as payment-svc told it",
    )
    op.add_column(
        "shipment", sa.Column("postage_paid_at", _TIME, comment="null: free, or it waits for the money")
    )
    op.add_column(
        "shipment", sa.Column("carried_at", _TIME, comment="when a courier first had it, on any leg")
    )
    op.execute(
        "UPDATE shipment SET carried_at = coalesce(picked_up_at, requested_at)"
        " WHERE picked_up_at IS NOT NULL OR leg > 1"
    )
    # What was asked for before nobody had asked money for.
    op.execute("UPDATE shipment SET postage_paid_at = requested_at WHERE NOT postage_free")


def downgrade() -> None:
    op.drop_column("shipment", "carried_at")
    op.drop_column("shipment", "postage_paid_at")
    op.drop_table("postage")
