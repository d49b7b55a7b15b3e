"""A parcel that its case no longer wants keeps saying so, wherever it travels."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    why = "why the case no longer wants it: withdrawn, collected"
    op.add_column("shipment", sa.Column("called_off", sa.Text, comment=why))


def downgrade() -> None:
    op.drop_column("shipment", "called_off")
