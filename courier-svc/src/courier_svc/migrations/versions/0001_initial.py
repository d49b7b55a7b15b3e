"""Shipments, their legs and what couriers said about them."""

import sqlalchemy as sa
from alembic import op
from chassis.db.tables import create_chassis_tables, drop_chassis_tables
from sqlalchemy.dialects.postgresql import UUID

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_chassis_tables(op)
    _create_shipment()
    _create_leg()
    _create_courier_report()


def _create_shipment() -> None:
    op.create_table(
        "shipment",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("case_no", sa.Text, nullable=False),
        sa.Column("applicant_id", UUID, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("postage_free", sa.Boolean, nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("leg", sa.Integer, nullable=False),
        sa.Column("order_no", sa.Text, nullable=False, comment="of the present leg"),
        sa.Column("waybill_no", sa.Text),
        sa.Column("sealed_address", sa.LargeBinary, comment="null before it is needed and after purging"),
        sa.Column("sealed_next_address", sa.LargeBinary, comment="waits for the old order to be given back"),
        sa.Column(
            "address_given",
            sa.Boolean,
            nullable=False,
            server_default="false",
            comment="here, not the case's",
        ),
        sa.Column("attention", sa.Text, comment="why a person should look; a code"),
        sa.Column("ordered_at", _TIME, comment="when the courier was first asked for this leg"),
        sa.Column("cancel_requested_at", _TIME),
        sa.Column("created_at", _TIME, comment="when the courier gave the waybill"),
        sa.Column("picked_up_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("last_heard_at", _TIME),
        sa.Column("purge_at", _TIME, comment="when the sealed columns are emptied"),
    )
    op.create_index("shipment_case", "shipment", ["case_id"])
    op.create_index("shipment_applicant", "shipment", ["applicant_id", "id"])
    op.create_index("shipment_unit", "shipment", ["unit", "id"])
    op.create_index(
        "shipment_attention", "shipment", ["unit", "id"], postgresql_where=sa.text("attention IS NOT NULL")
    )
    op.create_index(
        "shipment_purge", "shipment", ["purge_at"], postgresql_where=sa.text("purge_at IS NOT NULL")
    )


def _create_leg() -> None:
    op.create_table(
        "leg",
        sa.Column("order_no", sa.Text, primary_key=True),
        sa.Column("shipment_id", UUID, sa.ForeignKey("shipment.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False, comment="first, sent_again, readdressed"),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.UniqueConstraint("shipment_id", "number", name="leg_number_once"),
    )


def _create_courier_report() -> None:
    op.create_table(
        "courier_report",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("courier", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False, comment="the courier's own, the same in every repeat"),
        sa.Column("shipment_id", UUID, comment="null while the order is unknown to us"),
        sa.Column("order_no", sa.Text, nullable=False),
        sa.Column("waybill_no", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("occurred_at", _TIME, nullable=False, comment="by the courier's clock"),
        sa.Column("heard_at", _TIME, nullable=False),
        sa.Column("source", sa.Text, nullable=False, comment="push or query"),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False, server_default="0"),
        sa.Column("sealed_body", sa.LargeBinary, comment="as it came; it may name people"),
        sa.UniqueConstraint("courier", "event_id", name="courier_report_once"),
    )
    op.create_index("courier_report_shipment", "courier_report", ["shipment_id", "occurred_at"])
    op.create_index(
        "courier_report_held", "courier_report", ["id"], postgresql_where=sa.text("verdict = 'held'")
    )


def downgrade() -> None:
    op.drop_table("courier_report")
    op.drop_table("leg")
    op.drop_table("shipment")
    drop_chassis_tables(op)
