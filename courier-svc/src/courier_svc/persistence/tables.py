"""The schema: what migrations must arrive at. Queries are SQL text in the neighbouring modules."""

import sqlalchemy as sa
from chassis.db.tables import add_chassis_tables
from chassis.partners.tables import add_refusal_table
from chassis.people import add_erasure_table
from sqlalchemy.dialects.postgresql import UUID

from .statement_tables import add_statement_tables

metadata = sa.MetaData()
add_chassis_tables(metadata)
add_erasure_table(metadata)
add_statement_tables(metadata)
add_refusal_table(metadata)

_TIME = sa.TIMESTAMP(timezone=True)

postage = sa.Table(
    "postage",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("order_id", UUID),
    sa.Column("paid_at", _TIME, comment="null: not yet"),
    comment="Whose postage is paid, as payment-svc told it",
)

shipment = sa.Table(
    "shipment",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("case_no", sa.Text, nullable=False),
    sa.Column("applicant_id", UUID, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("postage_free", sa.Boolean, nullable=False),
    sa.Column("id_bound", sa.Boolean, nullable=False, comment="handed over against the ID card only"),
    sa.Column("courier", sa.Text, nullable=False, comment="that carries the present leg"),
    sa.Column("requested_at", _TIME, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("leg", sa.Integer, nullable=False),
    sa.Column("order_no", sa.Text, nullable=False, comment="of the present leg"),
    sa.Column("waybill_no", sa.Text),
    sa.Column("sealed_address", sa.LargeBinary, comment="null before it is needed and after purging"),
    sa.Column("sealed_next_address", sa.LargeBinary, comment="waits for the old order to be given back"),
    sa.Column(
        "address_given", sa.Boolean, nullable=False, server_default="false", comment="here, not the case's"
    ),
    sa.Column("attention", sa.Text, comment="why a person should look; a code"),
    sa.Column("called_off", sa.Text, comment="why the case no longer wants it: withdrawn, collected"),
    sa.Column("ordered_at", _TIME, comment="when the courier was first asked for this leg"),
    sa.Column("cancel_requested_at", _TIME),
    sa.Column("created_at", _TIME, comment="when the courier gave the waybill"),
    sa.Column("picked_up_at", _TIME),
    sa.Column("ended_at", _TIME),
    sa.Column("last_heard_at", _TIME),
    sa.Column("sealed_proof", sa.LargeBinary, comment="what the courier said of the hand-over"),
    sa.Column("purge_at", _TIME, comment="when the sealed columns are emptied, but for the proof"),
    sa.Column("proof_purge_at", _TIME, comment="when the proof is emptied"),
    sa.Column("postage_paid_at", _TIME, comment="null: free, or it waits for the money"),
    sa.Column("carried_at", _TIME, comment="when a courier first had it, on any leg"),
)
# `state` is in no index, nor in the condition of one: moving a shipment stays a HOT update.
sa.Index("shipment_case", shipment.c.case_id)
sa.Index("shipment_applicant", shipment.c.applicant_id, shipment.c.id)
sa.Index("shipment_unit", shipment.c.unit, shipment.c.id)
sa.Index(
    "shipment_attention", shipment.c.unit, shipment.c.id, postgresql_where=shipment.c.attention.is_not(None)
)
sa.Index(
    "shipment_proof_purge",
    shipment.c.proof_purge_at,
    postgresql_where=shipment.c.proof_purge_at.is_not(None),
)
sa.Index("shipment_purge", shipment.c.purge_at, postgresql_where=shipment.c.purge_at.is_not(None))

leg = sa.Table(
    "leg",
    metadata,
    sa.Column("order_no", sa.Text, primary_key=True),
    sa.Column("shipment_id", UUID, sa.ForeignKey("shipment.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("why", sa.Text, nullable=False, comment="first, sent_again, readdressed"),
    sa.Column("begun_at", _TIME, nullable=False),
    sa.Column("courier", sa.Text, nullable=False),
    sa.Column("waybill_no", sa.Text, comment="what some couriers name their parcels by"),
    sa.UniqueConstraint("shipment_id", "number", name="leg_number_once"),
)
sa.Index("leg_waybill", leg.c.waybill_no, postgresql_where=leg.c.waybill_no.is_not(None))

shipment_act = sa.Table(
    "shipment_act",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("shipment_id", UUID, sa.ForeignKey("shipment.id"), nullable=False),
    sa.Column(
        "what",
        sa.Text,
        nullable=False,
        comment="address_changed, sent_again, label_printed, claimed, reissued",
    ),
    sa.Column("at", _TIME, nullable=False),
    sa.Column("officer_id", UUID, comment="an officer of the unit did it"),
    sa.Column("acted_by", UUID, comment="the account that did it for the applicant"),
    sa.Column("mandate_id", UUID, comment="that allowed it"),
)
sa.Index("shipment_act_shipment", shipment_act.c.shipment_id, shipment_act.c.id)
sa.Index(
    "shipment_act_acted_by",
    shipment_act.c.acted_by,
    shipment_act.c.shipment_id,
    postgresql_where=shipment_act.c.acted_by.is_not(None),
)

claim = sa.Table(
    "claim",
    metadata,
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
sa.Index("claim_shipment", claim.c.shipment_id, claim.c.id)
sa.Index("claim_purge", claim.c.purge_at, postgresql_where=claim.c.purge_at.is_not(None))
push_key = sa.Table(
    "push_key",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("courier", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of the secret"),
    sa.Column("source", sa.Text, nullable=False, comment="issued, configured"),
    sa.Column("issued_at", _TIME, nullable=False),
    sa.Column("issued_by", UUID, comment="the engineer"),
    sa.Column("ends_at", _TIME, comment="null: until another takes its place"),
    sa.Column("revoked_at", _TIME),
    sa.UniqueConstraint("courier", "digest", name="push_key_once"),
)

courier_report = sa.Table(
    "courier_report",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("courier", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False, comment="the same in every repeat, by push or query"),
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
    sa.Column("pushed_at", _TIME, comment="when it was first pushed; null: told in answers only"),
    sa.Column("last_pushed_at", _TIME, comment="when it was pushed again"),
    sa.Column("request_id", sa.Text, comment="of the first push"),
    sa.UniqueConstraint("courier", "event_id", name="courier_report_once"),
)
sa.Index("courier_report_shipment", courier_report.c.shipment_id, courier_report.c.occurred_at)
sa.Index(
    "courier_report_stray",
    courier_report.c.heard_at,
    postgresql_where=sa.text("verdict IN ('held', 'unreadable')"),
)
sa.Index(
    "courier_report_pushed",
    courier_report.c.courier,
    courier_report.c.id,
    postgresql_where=courier_report.c.pushed_at.is_not(None),
)
sa.Index(
    "courier_report_open",
    courier_report.c.courier,
    courier_report.c.id,
    postgresql_where=sa.and_(
        courier_report.c.pushed_at.is_not(None),
        courier_report.c.verdict.in_(["hint", "held", "contradiction", "unconfirmed", "unreadable"]),
    ),
)
sa.Index("courier_report_order", courier_report.c.order_no)
sa.Index("courier_report_held", courier_report.c.id, postgresql_where=courier_report.c.verdict == "held")
