"""What the other ways in keep."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")


def add_ways_in_tables(metadata: sa.MetaData) -> None:
    _links(metadata)
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
        sa.Column("link_id", UUID, sa.ForeignKey("identity_link.id", ondelete="CASCADE"), nullable=False),
        sa.Column(
            "subject", sa.LargeBinary, nullable=False, comment="sealed, for hashing it under another key"
        ),
    )
    sa.Index("identity_link_subject_link", subject.c.link_id)
