"""Accounts of partners' engineers: beside officers and staff, with the partner they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    whose = "an engineer of that bank or courier; nobody of ours"
    op.add_column("officer", sa.Column("partner", sa.Text, comment=whose))
    op.create_check_constraint("officer_partner", "officer", "(partner IS NULL) <> (roles = '{partner}')")


def downgrade() -> None:
    op.drop_constraint("officer_partner", "officer")
    op.drop_column("officer", "partner")
