"""Mandates; wards have accounts without a phone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, UUID

revision = "0010"
down_revision = "0009"

_TIME = sa.TIMESTAMP(timezone=True)
_OFFERED = sa.text("state = 'offered'")


def upgrade() -> None:
    op.alter_column("account", "phone_hash", nullable=True, existing_type=sa.LargeBinary)
    op.execute("COMMENT ON COLUMN account.phone_hash IS 'keyed hash of the E.164 number; null: a ward''s'")
    op.create_table(
        "mandate",
        sa.Column("id", UUID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("principal_id", UUID, nullable=False, comment="acted for"),
        sa.Column("agent_id", UUID, comment="acts; null: not accepted yet"),
        sa.Column("agent_hash", sa.LargeBinary, comment="keyed hash of the E.164 number it was offered to"),
        sa.Column("offer", sa.LargeBinary, comment="sealed: that phone and name, until it was answered"),
        sa.Column("items", ARRAY(sa.Text), server_default="{}", nullable=False),
        sa.Column("departments", ARRAY(sa.Text), server_default="{}", nullable=False),
        sa.Column("may_appoint", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("offered_by", UUID, nullable=False, comment="an account, or the officer who saw the proof"),
        sa.Column("proof", sa.Text, comment="of a guardianship: kinship, window; claim: its ward's own"),
        sa.Column("officer_id", UUID, comment="who saw it, at a window"),
        sa.Column("window_code", sa.Text),
        sa.Column("offered_at", _TIME, nullable=False),
        sa.Column("offer_ends_at", _TIME),
        sa.Column("accepted_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["principal_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["agent_id"], ["account.id"]),
        sa.CheckConstraint("kind IN ('proxy', 'agent', 'guardian', 'owner')", name="mandate_kind"),
        sa.CheckConstraint(
            "state IN ('offered', 'active', 'declined', 'revoked', 'expired')", name="mandate_state"
        ),
        sa.CheckConstraint("state <> 'active' OR agent_id IS NOT NULL", name="mandate_agent"),
        sa.CheckConstraint("agent_id IS DISTINCT FROM principal_id", name="mandate_two"),
    )
    op.create_index("mandate_principal", "mandate", ["principal_id", "id"])
    op.create_index("mandate_agent_id", "mandate", ["agent_id", "id"])
    op.create_index("mandate_offered_by", "mandate", ["offered_by", "id"])
    op.create_index("mandate_offered_to", "mandate", ["agent_hash"], postgresql_where=_OFFERED)
    op.create_index(
        "mandate_offer_once",
        "mandate",
        ["principal_id", "agent_hash"],
        unique=True,
        postgresql_where=_OFFERED,
    )
    op.create_index(
        "mandate_guardian_once",
        "mandate",
        ["principal_id", "agent_id"],
        unique=True,
        postgresql_where=sa.text("kind IN ('guardian', 'owner') AND state = 'active'"),
    )


def downgrade() -> None:
    op.drop_table("mandate")
    op.execute("DELETE FROM assurance WHERE account_id IN (SELECT id FROM account WHERE phone_hash IS NULL)")
    op.execute("DELETE FROM account WHERE phone_hash IS NULL")
    op.execute("COMMENT ON COLUMN account.phone_hash IS 'keyed hash of the E.164 number'")
    op.alter_column("account", "phone_hash", nullable=False, existing_type=sa.LargeBinary)
