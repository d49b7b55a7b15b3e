"""What somebody did with others' parcels is found by who they are: for their export, and when their account goes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(
        "shipment_act_acted_by",
        "shipment_act",
        ["acted_by", "shipment_id"],
        postgresql_where=sa.text("acted_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("shipment_act_acted_by", "shipment_act")
