"""The OpenID provider: clients, what departments know people by, log-ins under way, grants, consents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0011"
down_revision = "0010"

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")
_TABLES = (
    "oidc_assertion",
    "oidc_consent",
    "oidc_grant",
    "oidc_participation",
    "oidc_flow",
    "oidc_subject",
    "oidc_client",
)


def upgrade() -> None:
    _clients()
    _log_ins()
    _grants()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _clients() -> None:
    op.create_table(
        "oidc_client",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("redirect_uris", ARRAY(sa.Text), nullable=False),
        sa.Column("post_logout_redirect_uris", ARRAY(sa.Text), nullable=False),
        sa.Column("backchannel_logout_uri", sa.Text),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False, comment="what it may ask for"),
        sa.Column("serves", ARRAY(sa.Text), nullable=False, comment="people, officers"),
        sa.Column("minimum_level", sa.SmallInteger, nullable=False),
        sa.Column("jwks", JSONB, comment="its public keys; null: it has a secret"),
        sa.Column("secret_hash", sa.LargeBinary),
        sa.Column("previous_secret_hash", sa.LargeBinary),
        sa.Column("previous_secret_until", _TIME),
        sa.Column("active", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("(jwks IS NULL) = (secret_hash IS NOT NULL)", name="oidc_client_proof"),
        sa.ForeignKeyConstraint(["department"], ["department.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "oidc_subject",
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("owner_id", UUID, nullable=False, comment="an account or officer"),
        sa.Column("sub", UUID, nullable=False, comment="what that department knows them by"),
        sa.ForeignKeyConstraint(["department"], ["department.code"]),
        sa.PrimaryKeyConstraint("department", "owner_id"),
        sa.UniqueConstraint("sub"),
    )
    op.create_table(
        "oidc_assertion",
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("jti", sa.Text, nullable=False, comment="each is good for one time"),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti"),
    )
    op.create_index("oidc_assertion_expires_at", "oidc_assertion", ["expires_at"])


def _log_ins() -> None:
    op.create_table(
        "oidc_flow",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("browser", sa.LargeBinary, nullable=False, comment="hash of the browser's cookie"),
        sa.Column("asked", sa.LargeBinary, nullable=False, comment="sealed: what the client asked for"),
        sa.Column("asked_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("chosen_session", UUID, comment="the log-in its owner chose to go on with"),
        sa.Column("consented_by", UUID, comment="who agreed in this flow"),
        sa.ForeignKeyConstraint(["client_id"], ["oidc_client.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("oidc_flow_expires_at", "oidc_flow", ["expires_at"])
    op.create_table(
        "oidc_participation",
        sa.Column("session_id", UUID, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("sid", UUID, nullable=False, comment="the session as this client knows it"),
        sa.Column("joined_at", _TIME, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["oidc_client.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id", "client_id"),
        sa.UniqueConstraint("sid"),
    )


def _grants() -> None:
    op.create_table(
        "oidc_grant",
        sa.Column("id", UUID, nullable=False),
        sa.Column("session_id", UUID, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("owner_id", UUID, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("code_challenge", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text),
        sa.Column(
            "secret", sa.LargeBinary, nullable=False, comment="sealed; code and tokens are HMACs under it"
        ),
        sa.Column("code_expires_at", _TIME, nullable=False),
        sa.Column("code_used_at", _TIME),
        sa.Column("generation", sa.Integer, server_default="0", nullable=False),
        sa.Column("rotated_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.Column("revoke_reason", sa.Text),
        sa.ForeignKeyConstraint(["client_id"], ["oidc_client.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("oidc_grant_session", "oidc_grant", ["session_id"])
    op.create_index(
        "oidc_grant_owner",
        "oidc_grant",
        ["owner_id", "client_id"],
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "oidc_consent",
        sa.Column("owner_id", UUID, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("given_at", _TIME, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["oidc_client.id"]),
        sa.PrimaryKeyConstraint("owner_id", "client_id"),
    )
    op.create_index("oidc_consent_client", "oidc_consent", ["client_id"])
