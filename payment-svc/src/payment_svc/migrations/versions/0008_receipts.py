"""Receipts, for what was paid and given back before too; and the names of units, which stand on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0008"
down_revision = "0007"

_TIME = sa.TIMESTAMP(timezone=True)
_BLUE = """INSERT INTO receipt (id, order_id, kind, amount_cents, state, requested_at)
SELECT order_id, order_id, 'blue', amount_cents, 'requested', received_at FROM capture WHERE pays_order"""
_RED = """INSERT INTO receipt (id, order_id, kind, amount_cents, state, requested_at)
SELECT r.id, r.order_id, 'red', r.amount_cents, 'requested', coalesce(r.done_at, now())
FROM refund r JOIN capture c ON c.id = r.capture_id WHERE c.pays_order AND r.state = 'succeeded'"""
_REVERSED = """UPDATE receipt b SET reversed_cents = red.cents FROM (
 SELECT order_id, sum(amount_cents) AS cents FROM receipt WHERE kind = 'red' GROUP BY order_id) red
WHERE b.id = red.order_id"""
_JOBS = """INSERT INTO job (kind, key, payload, run_at)
SELECT 'payment.issue_receipt', id::text, '{}', now() FROM receipt"""


def upgrade() -> None:
    op.create_table(
        "receipt",
        sa.Column(
            "id",
            UUID,
            nullable=False,
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
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "number", name="receipt_number_once"),
        sa.CheckConstraint("kind IN ('blue', 'red')", name="receipt_kind"),
        sa.CheckConstraint("state IN ('requested', 'refused', 'issued')", name="receipt_state"),
        sa.CheckConstraint("(kind = 'blue') = (id = order_id)", name="receipt_id"),
        sa.CheckConstraint("amount_cents > 0", name="receipt_amount"),
        sa.CheckConstraint("reversed_cents BETWEEN 0 AND amount_cents", name="receipt_reversed"),
        sa.CheckConstraint("(state = 'issued') = (seal IS NOT NULL)", name="receipt_issued"),
    )
    op.create_index("receipt_order", "receipt", ["order_id"])
    op.create_index("receipt_refused", "receipt", ["id"], postgresql_where=sa.text("state = 'refused'"))
    op.create_table(
        "unit",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code"),
        comment="Names of units, as identity-svc told them last",
    )
    for statement in (_BLUE, _RED, _REVERSED, _JOBS):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DELETE FROM job WHERE kind = 'payment.issue_receipt'")
    op.drop_table("unit")
    op.drop_table("receipt")
