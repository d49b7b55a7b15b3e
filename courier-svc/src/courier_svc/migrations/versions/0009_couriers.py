"""Several couriers: a leg remembers who carries it, a delivery leaves its proof.

Parcels there may be from before were carried by nobody real; they are counted as EMS's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    bound = "handed over against the ID card only"
    op.add_column("shipment", sa.Column("id_bound", sa.Boolean, comment=bound))
    op.add_column("shipment", sa.Column("courier", sa.Text, comment="that carries the present leg"))
    op.add_column("leg", sa.Column("courier", sa.Text))
    named_by = "what some couriers name their parcels by"
    op.add_column("leg", sa.Column("waybill_no", sa.Text, comment=named_by))
    op.execute("UPDATE shipment SET id_bound = direction = 'to_applicant', courier = 'ems'")
    op.execute(
        "UPDATE leg SET courier = 'ems', waybill_no = (SELECT s.waybill_no FROM shipment s"
        " WHERE s.id = leg.shipment_id AND s.order_no = leg.order_no)"
    )
    op.execute("UPDATE courier_report SET courier = 'ems'")
    for table, column in (("shipment", "id_bound"), ("shipment", "courier"), ("leg", "courier")):
        op.alter_column(table, column, nullable=False)
    op.create_index("leg_waybill", "leg", ["waybill_no"], postgresql_where=sa.text("waybill_no IS NOT NULL"))
    _add_proof()
    again = "the same in every repeat, by push or query"
    op.alter_column("courier_report", "event_id", comment=again)
    op.alter_column("shipment_act", "what", comment="address_changed, sent_again, label_printed")


def _add_proof() -> None:
    said = "what the courier said of the hand-over"
    op.add_column("shipment", sa.Column("sealed_proof", sa.LargeBinary, comment=said))
    op.add_column("shipment", sa.Column("proof_purge_at", _TIME, comment="when the proof is emptied"))
    op.alter_column("shipment", "purge_at", comment="when the sealed columns are emptied, but for the proof")
    op.create_index(
        "shipment_proof_purge",
        "shipment",
        ["proof_purge_at"],
        postgresql_where=sa.text("proof_purge_at IS NOT NULL"),
    )


def downgrade() -> None:
    for column in ("id_bound", "courier", "sealed_proof", "proof_purge_at"):
        op.drop_column("shipment", column)
    for column in ("courier", "waybill_no"):
        op.drop_column("leg", column)
