"""What cases owe, their orders and attempts, and all money that came for them."""

import sqlalchemy as sa
from alembic import op
from chassis.db.tables import create_chassis_tables, drop_chassis_tables
from sqlalchemy.dialects.postgresql import UUID

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)
_APPEND_ONLY = """CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only: correct it by a further entry'; END $$"""


def upgrade() -> None:
    create_chassis_tables(op)
    _create_case_due()
    _create_payment_order()
    _create_attempt()
    _create_capture()
    _create_refund()
    _create_ledger_entry()
    _create_notice()
    op.execute(_APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()"
    )


def _create_case_due() -> None:
    op.create_table(
        "case_due",
        sa.Column("case_id", UUID, nullable=False),
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
        sa.PrimaryKeyConstraint("case_id"),
        comment="What a case owes, as case-svc told it",
    )


def _create_payment_order() -> None:
    op.create_table(
        "payment_order",
        sa.Column("id", UUID, nullable=False),
        sa.Column("case_id", UUID, nullable=False),
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
        sa.CheckConstraint(
            "amount_cents > 0 OR (amount_cents IS NULL AND state IN ('pricing', 'cancelled'))",
            name="payment_order_amount",
        ),
        sa.CheckConstraint(
            "state IN ('pricing', 'open', 'expiring', 'closing', 'paid', 'refunding', 'expired', 'cancelled',"
            " 'refunded')",
            name="payment_order_state",
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_due.case_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("payment_order_applicant", "payment_order", ["applicant_id", "id"])
    op.create_index("payment_order_case", "payment_order", ["case_id", "id"])
    op.create_index(
        "payment_order_expiry", "payment_order", ["expires_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "payment_order_live",
        "payment_order",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('pricing', 'open', 'expiring', 'closing', 'paid', 'refunding')"),
    )


def _create_attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", UUID, nullable=False, comment="its 32 hex digits are its number at the provider"),
        sa.Column("order_id", UUID, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("pay_url", sa.Text),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column(
            "next_query_at", _TIME, comment="when to ask the provider if no notice came; null: not any more"
        ),
        sa.Column("queries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("state IN ('reserved', 'pending', 'succeeded', 'closed')", name="attempt_state"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["payment_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "attempt_live",
        "attempt",
        ["order_id", "channel"],
        unique=True,
        postgresql_where=sa.text("state IN ('reserved', 'pending')"),
    )
    op.create_index("attempt_order", "attempt", ["order_id", "id"])
    op.create_index(
        "attempt_query", "attempt", ["next_query_at"], postgresql_where=sa.text("next_query_at IS NOT NULL")
    )


def _create_capture() -> None:
    op.create_table(
        "capture",
        sa.Column("id", UUID, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("attempt_id", UUID, nullable=False),
        sa.Column("order_id", UUID, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("merchant_id", sa.Text, nullable=False),
        sa.Column("paid_at", _TIME, nullable=False, comment="the provider's word"),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column(
            "pays_order",
            sa.Boolean(),
            nullable=False,
            comment="it paid its order, whatever became of it later",
        ),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.CheckConstraint("state IN ('applied', 'held', 'refund_due', 'refunded')", name="capture_state"),
        sa.CheckConstraint("amount_cents > 0", name="capture_amount"),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["payment_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "transaction_id", name="capture_once"),
    )
    op.create_index(
        "capture_applied_once", "capture", ["order_id"], unique=True, postgresql_where="pays_order"
    )
    op.create_index("capture_held", "capture", ["id"], postgresql_where=sa.text("state = 'held'"))
    op.create_index("capture_order", "capture", ["order_id"])


def _create_refund() -> None:
    op.create_table(
        "refund",
        sa.Column(
            "id", UUID, nullable=False, comment="its 32 hex digits are its number at the provider, for ever"
        ),
        sa.Column("capture_id", UUID, nullable=False),
        sa.Column("order_id", UUID, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("provider_refund_id", sa.Text),
        sa.Column("provider_code", sa.Text, comment="why the provider did not refund, in its words"),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME),
        sa.CheckConstraint(
            "state IN ('requested', 'processing', 'succeeded', 'abnormal')", name="refund_state"
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"],
            ["capture.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["payment_order.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refund_abnormal", "refund", ["id"], postgresql_where=sa.text("state = 'abnormal'"))
    op.create_index("refund_order", "refund", ["order_id"])


def _create_ledger_entry() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("capture_id", UUID, nullable=False),
        sa.Column("from_account", sa.Text, nullable=False),
        sa.Column("to_account", sa.Text, nullable=False),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="ledger_entry_amount"),
        sa.CheckConstraint("from_account <> to_account", name="ledger_entry_accounts"),
        sa.ForeignKeyConstraint(
            ["capture_id"],
            ["capture.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="Append-only, a trigger sees to it: every move of money, from one account to another",
    )
    op.create_index("ledger_entry_capture", "ledger_entry", ["capture_id"])


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", UUID, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("notice_id", sa.Text, nullable=False, comment="the provider's; a repeat has the same"),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="the bytes that were signed"),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "notice_id", name="notice_once"),
    )
    op.create_index(
        "notice_strange",
        "notice",
        ["id"],
        postgresql_where=sa.text("outcome IN ('unmatched', 'contradiction', 'unreadable')"),
    )
    op.create_index("notice_unmatched", "notice", ["id"], postgresql_where=sa.text("outcome = 'unmatched'"))


def downgrade() -> None:
    for table in ("notice", "ledger_entry", "refund", "capture", "attempt", "payment_order", "case_due"):
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_is_append_only()")
    drop_chassis_tables(op)
