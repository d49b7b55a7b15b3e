"""Orders have a kind and its payee; attempts a scene, and what the channel makes the payer's way from."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_LIVE = sa.text("state IN ('pricing', 'open', 'expiring', 'closing', 'paid', 'refunding')")
_TRIED = sa.text("state IN ('reserved', 'pending')")


def upgrade() -> None:
    for table in ("case_due", "payment_order"):
        op.add_column(table, sa.Column("kind", sa.Text, nullable=False, server_default="fee"))
    op.execute("COMMENT ON COLUMN case_due.kind IS 'fee, postage'")
    op.drop_constraint("payment_order_case_id_fkey", "payment_order")
    op.drop_constraint("case_due_pkey", "case_due")
    op.create_primary_key("case_due_pkey", "case_due", ["case_id", "kind"])
    op.create_foreign_key(
        "payment_order_due", "payment_order", "case_due", ["case_id", "kind"], ["case_id", "kind"]
    )
    op.drop_index("payment_order_live")
    op.create_index(
        "payment_order_live", "payment_order", ["case_id", "kind"], unique=True, postgresql_where=_LIVE
    )
    op.add_column(
        "attempt",
        sa.Column("scene", sa.Text, nullable=False, server_default="web", comment="where the payer is"),
    )
    op.add_column(
        "attempt",
        sa.Column(
            "payee", sa.Text, nullable=False, server_default="treasury", comment="which account of ours"
        ),
    )
    op.alter_column("attempt", "pay_url", new_column_name="link")
    op.execute("COMMENT ON COLUMN attempt.link IS 'what the channel makes the payer''s way from'")
    op.drop_index("attempt_live")
    op.create_index(
        "attempt_live", "attempt", ["order_id", "channel", "scene"], unique=True, postgresql_where=_TRIED
    )
    op.add_column(
        "notice",
        sa.Column(
            "payee",
            sa.Text,
            nullable=False,
            server_default="treasury",
            comment="whose notices' address it came to",
        ),
    )


def downgrade() -> None:
    """Fails where a case owes postage too: without its kind it could not be told from the fee."""
    op.drop_column("notice", "payee")
    op.drop_index("attempt_live")
    op.create_index("attempt_live", "attempt", ["order_id", "channel"], unique=True, postgresql_where=_TRIED)
    op.alter_column("attempt", "link", new_column_name="pay_url", comment=None)
    op.drop_column("attempt", "payee")
    op.drop_column("attempt", "scene")
    op.drop_index("payment_order_live")
    op.create_index("payment_order_live", "payment_order", ["case_id"], unique=True, postgresql_where=_LIVE)
    op.drop_constraint("payment_order_due", "payment_order")
    op.drop_constraint("case_due_pkey", "case_due")
    op.create_primary_key("case_due_pkey", "case_due", ["case_id"])
    op.create_foreign_key("payment_order_case_id_fkey", "payment_order", "case_due", ["case_id"], ["case_id"])
    for table in ("payment_order", "case_due"):
        op.drop_column(table, "kind")
