"""Parcels that were called off before their postage was asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "parcel",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("called_off_at", sa.TIMESTAMP(timezone=True), comment="null: not so far"),
        comment="Whether what a case sends at the applicant's cost was called off unsent, as courier-svc told it",
    )


def downgrade() -> None:
    op.drop_table("parcel")
