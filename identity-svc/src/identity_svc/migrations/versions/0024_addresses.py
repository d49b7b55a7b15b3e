"""Address books: where people have parcels sent to and fetched from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "saved_address",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column(
            "sealed", sa.LargeBinary, nullable=False, comment="the address, and what its owner calls it"
        ),
        sa.Column("is_default", sa.Boolean, nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
    )
    op.create_index("saved_address_account", "saved_address", ["account_id", "id"])
    op.create_index(
        "saved_address_default",
        "saved_address",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )


def downgrade() -> None:
    op.drop_table("saved_address")
