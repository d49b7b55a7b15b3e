"""Notices are kept sealed: what a provider signs may say who paid. Those that are here, a job seals."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column(
        "notice",
        sa.Column("sealed_body", sa.LargeBinary, comment="the bytes that were signed; they may say who paid"),
    )
    op.alter_column(
        "notice",
        "body",
        nullable=True,
        existing_comment="the bytes that were signed",
        comment="of notices from before they were sealed, until a job has sealed them",
    )
    op.create_check_constraint("notice_body", "notice", "num_nonnulls(sealed_body, body) = 1")
    op.create_index("notice_plain", "notice", ["id"], postgresql_where=sa.text("body IS NOT NULL"))


def downgrade() -> None:
    """Fails where notices were sealed: nobody here can open them."""
    op.drop_index("notice_plain", "notice")
    op.drop_constraint("notice_body", "notice")
    op.alter_column(
        "notice",
        "body",
        nullable=False,
        existing_comment="of notices from before they were sealed, until a job has sealed them",
        comment="the bytes that were signed",
    )
    op.drop_column("notice", "sealed_body")
