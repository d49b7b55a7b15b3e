"""One row for each mandate, from its offer to its end and after."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, UUID

_TIME = sa.TIMESTAMP(timezone=True)


def add_mandate_tables(metadata: sa.MetaData) -> None:
    mandate = sa.Table(
        "mandate",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("principal_id", UUID, sa.ForeignKey("account.id"), nullable=False, comment="acted for"),
        sa.Column("agent_id", UUID, sa.ForeignKey("account.id"), comment="acts; null: not accepted yet"),
        sa.Column("agent_hash", sa.LargeBinary, comment="keyed hash of the E.164 number it was offered to"),
        sa.Column("offer", sa.LargeBinary, comment="sealed: that phone and name, until it was answered"),
        sa.Column("items", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("departments", ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("may_appoint", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("offered_by", UUID, nullable=False, comment="an account, or the officer who saw the proof"),
        sa.Column("proof", sa.Text, comment="of a guardianship: kinship, window; claim: its ward's own"),
        sa.Column("officer_id", UUID, comment="who saw it, at a window"),
        sa.Column("window_code", sa.Text),
        sa.Column("offered_at", _TIME, nullable=False),
        sa.Column("offer_ends_at", _TIME),
        sa.Column("accepted_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint("kind IN ('proxy', 'agent', 'guardian', 'owner')", name="mandate_kind"),
        sa.CheckConstraint(
            "state IN ('offered', 'active', 'declined', 'revoked', 'expired')", name="mandate_state"
        ),
        sa.CheckConstraint("state <> 'active' OR agent_id IS NOT NULL", name="mandate_agent"),
        sa.CheckConstraint("agent_id IS DISTINCT FROM principal_id", name="mandate_two"),
    )
    sa.Index("mandate_principal", mandate.c.principal_id, mandate.c.id)
    sa.Index("mandate_agent_id", mandate.c.agent_id, mandate.c.id)
    sa.Index("mandate_ended_at", mandate.c.ended_at)
    sa.Index("mandate_offered_by", mandate.c.offered_by, mandate.c.id)
    offered = mandate.c.state == sa.literal_column("'offered'")
    sa.Index("mandate_offered_to", mandate.c.agent_hash, postgresql_where=offered)
    sa.Index(
        "mandate_offer_once",
        mandate.c.principal_id,
        mandate.c.agent_hash,
        unique=True,
        postgresql_where=offered,
    )
    sa.Index(
        "mandate_guardian_once",
        mandate.c.principal_id,
        mandate.c.agent_id,
        unique=True,
        postgresql_where=sa.text("kind IN ('guardian', 'owner') AND state = 'active'"),
    )
