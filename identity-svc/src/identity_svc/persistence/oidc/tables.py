"""The OpenID provider's tables."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")


def add_oidc_tables(metadata: sa.MetaData) -> None:
    sa.Table(
        "oidc_client",
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, sa.ForeignKey("department.code"), nullable=False),
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
        sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.CheckConstraint("(jwks IS NULL) = (secret_hash IS NOT NULL)", name="oidc_client_proof"),
    )
    sa.Table(
        "oidc_subject",
        metadata,
        sa.Column("department", sa.Text, sa.ForeignKey("department.code"), primary_key=True),
        sa.Column("owner_id", UUID, primary_key=True, comment="an account or officer"),
        sa.Column("sub", UUID, nullable=False, unique=True, comment="what that department knows them by"),
    )
    _add_authorizations(metadata)
    consent = sa.Table(
        "oidc_consent",
        metadata,
        sa.Column("owner_id", UUID, primary_key=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey("oidc_client.id"), primary_key=True),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("given_at", _TIME, nullable=False, server_default=_NOW),
    )
    sa.Index("oidc_consent_client", consent.c.client_id)
    assertion = sa.Table(
        "oidc_assertion",
        metadata,
        sa.Column("client_id", sa.Text, primary_key=True),
        sa.Column("jti", sa.Text, primary_key=True, comment="each is good for one time"),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    sa.Index("oidc_assertion_expires_at", assertion.c.expires_at)


def _add_authorizations(metadata: sa.MetaData) -> None:
    flow = sa.Table(
        "oidc_flow",
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey("oidc_client.id"), nullable=False),
        sa.Column("browser", sa.LargeBinary, nullable=False, comment="hash of the browser's cookie"),
        sa.Column("asked", sa.LargeBinary, nullable=False, comment="sealed: what the client asked for"),
        sa.Column("asked_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("chosen_session", UUID, comment="the log-in its owner chose to go on with"),
        sa.Column("consented_by", UUID, comment="who agreed in this flow"),
    )
    sa.Index("oidc_flow_expires_at", flow.c.expires_at)
    sa.Index("oidc_flow_browser", flow.c.browser)
    sa.Table(
        "oidc_participation",
        metadata,
        sa.Column("session_id", UUID, sa.ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("client_id", sa.Text, sa.ForeignKey("oidc_client.id"), primary_key=True),
        sa.Column("sid", UUID, nullable=False, unique=True, comment="the session as this client knows it"),
        sa.Column("joined_at", _TIME, nullable=False, server_default=_NOW),
    )
    grant = sa.Table(
        "oidc_grant",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("session_id", UUID, sa.ForeignKey("session.id", ondelete="CASCADE"), nullable=False),
        sa.Column("client_id", sa.Text, sa.ForeignKey("oidc_client.id"), nullable=False),
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
        sa.Column("generation", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rotated_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("revoked_at", _TIME),
        sa.Column("revoke_reason", sa.Text),
    )
    sa.Index("oidc_grant_session", grant.c.session_id)
    sa.Index(
        "oidc_grant_owner",
        grant.c.owner_id,
        grant.c.client_id,
        postgresql_where=grant.c.revoked_at.is_(None),
    )
