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
    # What was asked for before nobody had asked money for.
    op.execute("UPDATE shipment SET postage_paid_at = requested_at WHERE NOT postage_free")


def downgrade() -> None:
    op.drop_column("shipment", "postage_paid_at")
    op.drop_table("postage")
