"""The ledger can only be added to by who serves; every difference has its hour."""

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
    # What was found of whole days is found again, by the hour, the next night.
    op.execute("DELETE FROM parity_difference WHERE hour IS NULL")
    op.execute("ALTER TABLE parity_difference ALTER COLUMN hour SET NOT NULL")
    op.execute("COMMENT ON COLUMN parity_difference.hour IS 'of Shanghai'")


def downgrade() -> None:
    op.execute("ALTER TABLE parity_difference ALTER COLUMN hour DROP NOT NULL")
    op.execute("COMMENT ON COLUMN parity_difference.hour IS 'null: the day was looked at as a whole'")
    op.create_table_comment("ledger_entry", _BEFORE, existing_comment=_COMMENT)
