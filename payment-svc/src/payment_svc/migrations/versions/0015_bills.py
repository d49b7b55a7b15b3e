"""Bills of providers, their lines, and what differs; notices that wait for a provider's word are anomalies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0015"
down_revision = "0014"

_TIME = sa.TIMESTAMP(timezone=True)
_SUMS = (
    "lines", "payments", "paid_cents", "refunds", "refunded_cents", "fee_cents", "our_payments", "our_paid_cents",
    "our_refunds", "our_refunded_cents", "equal",
)  # fmt: skip
_LIVE = sa.text("state IN ('open', 'carried', 'awaiting_approval')")
_STRANGE = ("unmatched", "contradiction", "unreadable")


def upgrade() -> None:
    _create_bill()
    _create_difference()
    op.create_index("capture_paid", "capture", ["paid_at"], postgresql_using="brin")
    op.create_index("refund_done", "refund", ["done_at"], postgresql_where=sa.text("done_at IS NOT NULL"))
    _index_strange((*_STRANGE, "unconfirmed"))


def _create_bill() -> None:
    op.create_table(
        "bill",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("payee", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False, comment="of Shanghai"),
        sa.Column("version", sa.Integer, nullable=False, server_default="0", comment="0: never here"),
        sa.Column("digest", sa.Text, comment="SHA-256 of the file as unpacked"),
        sa.Column("next_look_at", _TIME, comment="when it is fetched (again); null: only when asked for"),
        sa.Column(
            "tries", sa.Integer, nullable=False, server_default="0", comment="in vain, one after another"
        ),
        sa.Column("problem", sa.Text, comment="why the last try was in vain"),
        sa.Column("tried_at", _TIME),
        sa.Column("loaded_at", _TIME, comment="when this version came"),
        sa.Column("matched_at", _TIME),
        *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in _SUMS),
        sa.UniqueConstraint("channel", "payee", "day", name="bill_once"),
        comment="A provider's bill of a day and account of ours, and how it compares",
    )
    op.create_index("bill_of_day", "bill", ["day", "id"])
    op.create_index(
        "bill_due", "bill", ["next_look_at"], postgresql_where=sa.text("next_look_at IS NOT NULL")
    )
    op.create_table(
        "bill_line",
        sa.Column("bill_id", UUID, sa.ForeignKey("bill.id"), primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("entry", sa.Text, nullable=False, comment="payment, refund"),
        sa.Column("key", sa.Text, nullable=False, comment="the provider's number; of a refund, ours"),
        sa.Column("number", sa.Text, nullable=False, comment="the attempt's, as the bill writes it"),
        sa.Column("serial", sa.Text, comment="of a payment, where several share the key"),
        sa.Column("amount_cents", sa.BigInteger, nullable=False),
        sa.Column("fee_cents", sa.BigInteger, nullable=False),
        sa.Column("at", _TIME, nullable=False),
    )


def _create_difference() -> None:
    op.create_table(
        "bill_difference",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("bill_id", UUID, sa.ForeignKey("bill.id"), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("payee", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="of the bill, when it was found"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, comment="by which it is found again"),
        sa.Column("line", sa.Integer, comment="of the bill; null: only ours"),
        sa.Column("number", sa.Text, comment="the attempt's, as the bill writes it"),
        sa.Column("theirs", JSONB, comment="what the bill says; null: nothing"),
        sa.Column("ours", JSONB, comment="what we booked; null: nothing"),
        sa.Column("capture_id", UUID),
        sa.Column("refund_id", UUID),
        sa.Column("attempt_id", UUID),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("found_at", _TIME, nullable=False),
        sa.Column("asked_at", _TIME, comment="when the provider was asked about it last"),
        sa.Column("answer", sa.Text, comment="what the provider said then"),
        sa.Column("decision", sa.Text),
        sa.Column("note", sa.Text, comment="why, in the operator's words; numbers of people masked"),
        sa.Column("decided_by", UUID, comment="the operator"),
        sa.Column("decided_at", _TIME),
        sa.Column("approved_by", UUID, comment="another operator, where much money moves"),
        sa.Column("ended_at", _TIME),
        sa.Column("outcome", sa.Text, comment="why it is no difference any more"),
        sa.CheckConstraint("kind IN ('long', 'short', 'duplicate', 'amount')", name="bill_difference_kind"),
        sa.CheckConstraint(
            "state IN ('open', 'carried', 'awaiting_approval', 'decided', 'resolved')",
            name="bill_difference_state",
        ),
        sa.CheckConstraint(
            "state NOT IN ('decided', 'awaiting_approval')"
            " OR (decision IS NOT NULL AND decided_by IS NOT NULL AND note IS NOT NULL)",
            name="bill_difference_decided",
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> decided_by", name="bill_difference_two_people"
        ),
        sa.CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="bill_difference_outcome"),
        comment="What differs between a bill and what we booked, for good",
    )
    columns, table = ["bill_id", "kind", "entry", "key"], "bill_difference"
    op.create_index("bill_difference_once", table, columns, unique=True, postgresql_where=_LIVE)
    op.create_index("bill_difference_line", table, ["bill_id", "line"])
    op.create_index("bill_difference_live", table, ["id"], postgresql_where=_LIVE)


def _index_strange(outcomes: tuple[str, ...]) -> None:
    op.drop_index("notice_strange", "notice")
    where = sa.text(f"outcome IN ({', '.join(map(repr, outcomes))})")
    op.create_index("notice_strange", "notice", ["id"], postgresql_where=where)


def downgrade() -> None:
    _index_strange(_STRANGE)
    op.drop_index("refund_done", "refund")
    op.drop_index("capture_paid", "capture")
    for table in ("bill_difference", "bill_line", "bill"):
        op.drop_table(table)
