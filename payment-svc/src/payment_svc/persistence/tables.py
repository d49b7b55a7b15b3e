"""The schema. Alembic migrations are held against this metadata by a test.

What must never happen twice is a unique index here, not a check in code: one live order a case, one live
attempt an order and channel, one capture a provider's transaction, one *applied* capture an order, one
refund a capture, one receipt an order and a refund.
"""

import sqlalchemy as sa
from chassis.db.tables import add_chassis_tables
from chassis.parity import add_tally_table
from chassis.partners.tables import add_refusal_table
from chassis.people import add_erasure_table
from sqlalchemy.dialects.postgresql import UUID

from .bill_tables import add_bill_tables
from .parity_tables import add_parity_tables

metadata = sa.MetaData()
add_chassis_tables(metadata)
add_erasure_table(metadata)
add_tally_table(metadata)
add_parity_tables(metadata)
add_bill_tables(metadata)
add_refusal_table(metadata)

_TIME = sa.TIMESTAMP(timezone=True)


def _one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


case_due = sa.Table(
    "case_due",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True, server_default="fee", comment="fee, postage"),
    sa.Column("case_no", sa.Text, nullable=False),
    sa.Column("item_code", sa.Text, nullable=False),
    sa.Column("applicant_id", UUID, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("amount_source", sa.Text, nullable=False),
    sa.Column("amount_cents", sa.BigInteger, comment="null: the issuing system knows it"),
    sa.Column("requested_at", _TIME, nullable=False),
    sa.Column("over_at", _TIME, comment="withdrawn or closed unpaid: nothing is owed any more"),
    sa.Column("over_why", sa.Text),
    sa.CheckConstraint(
        "amount_cents > 0 OR (amount_cents IS NULL AND amount_source = 'issuing_system')",
        name="case_due_amount",
    ),
    comment="What a case owes, as case-svc told it",
)
sa.Index("case_due_applicant", case_due.c.applicant_id)

parcel = sa.Table(
    "parcel",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("called_off_at", _TIME, comment="null: not so far"),
    comment="Whether what a case sends at the applicant's cost was called off unsent, as courier-svc told it",
)

payment_order = sa.Table(
    "payment_order",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, server_default="fee"),
    sa.Column("applicant_id", UUID, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("amount_cents", sa.BigInteger),
    sa.Column("amount_source", sa.Text, nullable=False),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column("expires_at", _TIME),
    sa.Column("paid_at", _TIME),
    sa.Column("paid_channel", sa.Text),
    sa.Column("ended_at", _TIME),
    sa.Column("checked_at", _TIME, comment="when someone last asked for a check with the provider"),
    sa.Column("pricing_problem", sa.Text, comment="why the issuing system named no amount"),
    sa.Column("acted_by", UUID, comment="the account that opened it again for the applicant"),
    sa.Column("mandate_id", UUID, comment="that allowed it"),
    sa.Column("booked_at", _TIME, comment="when the money that paid it was booked; parity counts by it"),
    sa.CheckConstraint(
        _one_of(
            "state",
            "pricing",
            "open",
            "expiring",
            "closing",
            "paid",
            "refunding",
            "expired",
            "cancelled",
            "refunded",
        ),
        name="payment_order_state",
    ),
    sa.CheckConstraint(
        "amount_cents > 0 OR (amount_cents IS NULL AND state IN ('pricing', 'cancelled'))",
        name="payment_order_amount",
    ),
    sa.ForeignKeyConstraint(
        ["case_id", "kind"], ["case_due.case_id", "case_due.kind"], name="payment_order_due"
    ),
)
sa.Index(
    "payment_order_live",
    payment_order.c.case_id,
    payment_order.c.kind,
    unique=True,
    postgresql_where=payment_order.c.state.in_(
        ["pricing", "open", "expiring", "closing", "paid", "refunding"]
    ),
)
sa.Index("payment_order_case", payment_order.c.case_id, payment_order.c.id)
sa.Index("payment_order_applicant", payment_order.c.applicant_id, payment_order.c.id)
sa.Index(
    "payment_order_acted_by",
    payment_order.c.acted_by,
    payment_order.c.id,
    postgresql_where=payment_order.c.acted_by.is_not(None),
)
sa.Index(
    "payment_order_booked",
    payment_order.c.booked_at,
    postgresql_where=payment_order.c.booked_at.is_not(None),
)
sa.Index("payment_order_expiry", payment_order.c.expires_at, postgresql_where=payment_order.c.state == "open")

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("id", UUID, primary_key=True, comment="its 32 hex digits are its number at the provider"),
    sa.Column("order_id", UUID, sa.ForeignKey("payment_order.id"), nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("scene", sa.Text, nullable=False, server_default="web", comment="where the payer is"),
    sa.Column("payee", sa.Text, nullable=False, server_default="treasury", comment="which account of ours"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("link", sa.Text, comment="what the channel makes the payer's way from"),
    sa.Column("created_at", _TIME, nullable=False),
    sa.Column(
        "next_query_at", _TIME, comment="when to ask the provider if no notice came; null: not any more"
    ),
    sa.Column("queries", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("acted_by", UUID, comment="the account that was last given its link for the applicant"),
    sa.Column("mandate_id", UUID, comment="that allowed it"),
    sa.CheckConstraint(_one_of("state", "reserved", "pending", "succeeded", "closed"), name="attempt_state"),
)
sa.Index(
    "attempt_live",
    attempt.c.order_id,
    attempt.c.channel,
    attempt.c.scene,
    unique=True,
    postgresql_where=attempt.c.state.in_(["reserved", "pending"]),
)
sa.Index("attempt_order", attempt.c.order_id, attempt.c.id)
sa.Index(
    "attempt_acted_by",
    attempt.c.acted_by,
    attempt.c.order_id,
    postgresql_where=attempt.c.acted_by.is_not(None),
)
sa.Index("attempt_query", attempt.c.next_query_at, postgresql_where=attempt.c.next_query_at.is_not(None))

capture = sa.Table(
    "capture",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("transaction_id", sa.Text, nullable=False),
    sa.Column("attempt_id", UUID, sa.ForeignKey("attempt.id"), nullable=False),
    sa.Column("order_id", UUID, sa.ForeignKey("payment_order.id"), nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("merchant_id", sa.Text, nullable=False),
    sa.Column("paid_at", _TIME, nullable=False, comment="the provider's word"),
    sa.Column("received_at", _TIME, nullable=False),
    sa.Column(
        "pays_order", sa.Boolean, nullable=False, comment="it paid its order, whatever became of it later"
    ),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    sa.Column(
        "returning_cents",
        sa.BigInteger,
        nullable=False,
        server_default="0",
        comment="given back, on the way back, or set aside for it",
    ),
    sa.Column("returned_cents", sa.BigInteger, nullable=False, server_default="0", comment="given back"),
    sa.UniqueConstraint("channel", "transaction_id", name="capture_once"),
    sa.CheckConstraint(
        "returned_cents BETWEEN 0 AND returning_cents AND returning_cents <= amount_cents",
        name="capture_returning",
    ),
    sa.CheckConstraint("amount_cents > 0", name="capture_amount"),
    sa.CheckConstraint(_one_of("state", "applied", "held", "refund_due", "refunded"), name="capture_state"),
)
sa.Index("capture_applied_once", capture.c.order_id, unique=True, postgresql_where=capture.c.pays_order)
sa.Index("capture_order", capture.c.order_id)
sa.Index("capture_received", capture.c.received_at, postgresql_using="brin")
sa.Index("capture_paid", capture.c.paid_at, postgresql_using="brin")
sa.Index("capture_held", capture.c.id, postgresql_where=capture.c.state == "held")

refund = sa.Table(
    "refund",
    metadata,
    sa.Column(
        "id", UUID, primary_key=True, comment="its 32 hex digits are its number at the provider, for ever"
    ),
    sa.Column("capture_id", UUID, sa.ForeignKey("capture.id"), nullable=False),
    sa.Column("order_id", UUID, sa.ForeignKey("payment_order.id"), nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("provider_refund_id", sa.Text),
    sa.Column("provider_code", sa.Text, comment="why the provider did not refund, in its words"),
    sa.Column("requested_at", _TIME, nullable=False),
    sa.Column("done_at", _TIME),
    sa.Column("reason", sa.Text, comment="why staff gave it back, in their words"),
    sa.Column("requested_by", UUID, comment="the officer who asked; null: by rule"),
    sa.Column("decided_by", UUID, comment="the supervisor who approved or declined"),
    sa.Column("decided_at", _TIME),
    sa.CheckConstraint(
        _one_of("state", "awaiting_approval", "declined", "requested", "processing", "succeeded", "abnormal"),
        name="refund_state",
    ),
)
sa.Index("refund_waiting", refund.c.id, postgresql_where=refund.c.state == "awaiting_approval")
sa.Index("refund_order", refund.c.order_id)
sa.Index("refund_done", refund.c.done_at, postgresql_where=refund.c.done_at.is_not(None))
sa.Index("refund_abnormal", refund.c.id, postgresql_where=refund.c.state == "abnormal")

ledger_entry = sa.Table(
    "ledger_entry",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("capture_id", UUID, sa.ForeignKey("capture.id"), nullable=False),
    sa.Column("from_account", sa.Text, nullable=False),
    sa.Column("to_account", sa.Text, nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column("at", _TIME, nullable=False),
    sa.CheckConstraint("amount_cents > 0", name="ledger_entry_amount"),
    sa.CheckConstraint("from_account <> to_account", name="ledger_entry_accounts"),
    comment="append-only for who serves, and by a trigger for all: every move of money, from one account to another",
)
sa.Index("ledger_entry_capture", ledger_entry.c.capture_id)
sa.Index("ledger_entry_at", ledger_entry.c.at, postgresql_using="brin")

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column(
        "id",
        UUID,
        primary_key=True,
        comment="its order's, or the refund's of a red one; the fiscal platform's too",
    ),
    sa.Column("order_id", UUID, sa.ForeignKey("payment_order.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount_cents", sa.BigInteger, nullable=False),
    sa.Column(
        "reversed_cents", sa.BigInteger, nullable=False, server_default="0", comment="given back of it"
    ),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("refusal", sa.Text, comment="why the platform did not issue it, in its words"),
    sa.Column("requested_at", _TIME, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("number", sa.Text),
    sa.Column("check_code", sa.Text),
    sa.Column("issued_at", _TIME, comment="the platform's word"),
    sa.Column("seal", sa.LargeBinary, comment="the platform's signature over what it issued"),
    sa.Column("seal_key_id", sa.Text),
    sa.UniqueConstraint("code", "number", name="receipt_number_once"),
    sa.CheckConstraint(_one_of("kind", "blue", "red"), name="receipt_kind"),
    sa.CheckConstraint(_one_of("state", "requested", "refused", "issued"), name="receipt_state"),
    sa.CheckConstraint("(kind = 'blue') = (id = order_id)", name="receipt_id"),
    sa.CheckConstraint("amount_cents > 0", name="receipt_amount"),
    sa.CheckConstraint("reversed_cents BETWEEN 0 AND amount_cents", name="receipt_reversed"),
    sa.CheckConstraint("(state = 'issued') = (seal IS NOT NULL)", name="receipt_issued"),
)
sa.Index("receipt_order", receipt.c.order_id)
sa.Index("receipt_refused", receipt.c.id, postgresql_where=receipt.c.state == "refused")

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    comment="Names of units, as identity-svc told them last",
)

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column(
        "payee",
        sa.Text,
        nullable=False,
        server_default="treasury",
        comment="whose notices' address it came to",
    ),
    sa.Column("notice_id", sa.Text, nullable=False, comment="the provider's; a repeat has the same"),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("sealed_body", sa.LargeBinary, comment="the bytes that were signed; they may say who paid"),
    sa.Column(
        "body", sa.LargeBinary, comment="of notices from before they were sealed, until a job has sealed them"
    ),
    sa.Column("received_at", _TIME, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("number", sa.Text, comment="ours, of the attempt or refund it tells of"),
    sa.Column("request_id", sa.Text, comment="of the delivery"),
    sa.Column("copies", sa.Integer, nullable=False, server_default="1", comment="how often it came"),
    sa.Column("last_at", _TIME, comment="when it last came again"),
    sa.UniqueConstraint("channel", "notice_id", name="notice_once"),
    sa.CheckConstraint("num_nonnulls(sealed_body, body) = 1", name="notice_body"),
)
sa.Index("notice_plain", notice.c.id, postgresql_where=notice.c.body.is_not(None))
sa.Index("notice_channel", notice.c.channel, notice.c.id)
sa.Index("notice_number", notice.c.number, postgresql_where=notice.c.number.is_not(None))
sa.Index(
    "notice_open",
    notice.c.channel,
    notice.c.id,
    postgresql_where=notice.c.outcome.in_(
        ["unmatched", "unconfirmed", "held", "contradiction", "unreadable"]
    ),
)
sa.Index("notice_unmatched", notice.c.id, postgresql_where=notice.c.outcome == "unmatched")
sa.Index(
    "notice_strange",
    notice.c.id,
    postgresql_where=notice.c.outcome.in_(["unmatched", "contradiction", "unreadable", "unconfirmed"]),
)
