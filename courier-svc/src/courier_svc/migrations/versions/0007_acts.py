"""What people do with a parcel is kept with who did it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "shipment_act",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("shipment_id", UUID, sa.ForeignKey("shipment.id"), nullable=False),
        sa.Column("what", sa.Text, nullable=False, comment="address_changed, sent_again"),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("officer_id", UUID, comment="an officer of the unit did it"),
        sa.Column("acted_by", UUID, comment="the account that did it for the applicant"),
        sa.Column("mandate_id", UUID, comment="that allowed it"),
    )
    op.create_index("shipment_act_shipment", "shipment_act", ["shipment_id", "id"])


def downgrade() -> None:
    op.drop_table("shipment_act")
