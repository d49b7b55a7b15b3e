"""What the other ways in keep."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")


def add_ways_in_tables(metadata: sa.MetaData) -> None:
    _links(metadata)
    _qr_log_ins(metadata)
    _face_checks(metadata)
    ticket = sa.Table(
        "vouched",
        metadata,
        sa.Column("ticket_hash", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.LargeBinary, nullable=False, comment="sealed: whom a provider vouches for"),
        sa.Column("expires_at", _TIME, nullable=False),
    )
    sa.Index("vouched_expires_at", ticket.c.expires_at)


def _links(metadata: sa.MetaData) -> None:
    link = sa.Table(
        "identity_link",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("proof", sa.Text, nullable=False),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.Column("used_at", _TIME, comment="when it last let somebody in"),
    )
    sa.Index("identity_link_account", link.c.account_id, link.c.id)
    subject = sa.Table(
        "identity_link_subject",
        metadata,
        sa.Column(
            "subject_hash", sa.LargeBinary, primary_key=True, comment="keyed hash; of one person alone"
        ),
        sa.Column(
            "subject_hash_next", sa.LargeBinary, comment="while the lookup key changes: under the new one"
        ),
        sa.Column("link_id", UUID, sa.ForeignKey("identity_link.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "subject", sa.LargeBinary, nullable=False, comment="sealed, for hashing it under another key"
        ),
    )
    sa.Index("identity_link_subject_next_once", subject.c.subject_hash_next, unique=True)
    sa.Index("identity_link_subject_link", subject.c.link_id)


def _qr_log_ins(metadata: sa.MetaData) -> None:
    log_in = sa.Table(
        "qr_log_in",
        metadata,
        sa.Column("id", UUID, primary_key=True),
        sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True, comment="of what is scanned"),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False, comment="of what fetches the session"),
        sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("client", sa.LargeBinary, nullable=False, comment="sealed: the computer that asks"),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), comment="whose phone scanned it"),
        sa.Column(
            "session_id", UUID, sa.ForeignKey("session.id", ondelete="CASCADE"), comment="that phone's"
        ),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'scanned', 'confirmed', 'refused', 'used')", name="qr_log_in_state"
        ),
        sa.CheckConstraint("(state = 'waiting') = (account_id IS NULL)", name="qr_log_in_scanned"),
    )
    sa.Index("qr_log_in_expires_at", log_in.c.expires_at)
    sa.Index("qr_log_in_session", log_in.c.session_id)


def _face_checks(metadata: sa.MetaData) -> None:
    check = sa.Table(
        "face_check",
        metadata,
        sa.Column("id", UUID, primary_key=True, comment="our number at the service"),
        sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("check_no", sa.Text, comment="the service's; null until it answered"),
        sa.Column("state", sa.Text, nullable=False, server_default="pending"),
        sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
        sa.CheckConstraint("state IN ('pending', 'passed', 'failed', 'expired')", name="face_check_state"),
    )
    sa.Index("face_check_created_at", check.c.created_at)
    sa.Index("face_check_account", check.c.account_id)
