"""Keys in use, and where a change of keys has come to."""

from alembic import op
from chassis.rotation.tables import create_rotation_table, drop_rotation_table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_rotation_table(op)


def downgrade() -> None:
    drop_rotation_table(op)
