"""The ledger can only be added to by who serves; a trigger keeps its owner from changing it as well."""

from alembic import op

revision = "0012"
down_revision = "0011"

_BEFORE = "Append-only, a trigger sees to it: every move of money, from one account to another"
_COMMENT = (
    "append-only for who serves, and by a trigger for all: every move of money, from one account to another"
)


def upgrade() -> None:
    # chassis.db.roles reads how it begins.
    op.create_table_comment("ledger_entry", _COMMENT, existing_comment=_BEFORE)


def downgrade() -> None:
    op.create_table_comment("ledger_entry", _BEFORE, existing_comment=_COMMENT)
