"""Lost and damaged parcels are claimed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0011"
down_revision = "0010"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("shipment_id", UUID, sa.ForeignKey("shipment.id"), nullable=False),
        sa.Column("order_no", sa.Text, nullable=False, comment="of the leg that it is about"),
        sa.Column("courier", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False, comment="lost, damaged"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("sealed_words", sa.LargeBinary, comment="what was written about it"),
        sa.Column("told_at", _TIME, comment="when the courier took it in"),
        sa.Column("ended_at", _TIME),
        sa.Column("compensation_cents", sa.BigInteger),
        sa.Column("reissued_at", _TIME, comment="since when what was in it is made anew"),
        sa.Column("purge_at", _TIME, comment="when the words are emptied"),
        sa.UniqueConstraint("order_no", "kind", name="claim_once"),
    )
    op.create_index("claim_shipment", "claim", ["shipment_id", "id"])
    op.create_index("claim_purge", "claim", ["purge_at"], postgresql_where=sa.text("purge_at IS NOT NULL"))
    acts = "address_changed, sent_again, label_printed, claimed, reissued"
    op.alter_column("shipment_act", "what", comment=acts)


def downgrade() -> None:
    op.drop_table("claim")
