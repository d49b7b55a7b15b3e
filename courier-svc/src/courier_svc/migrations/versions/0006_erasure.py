"""What became of the data of erased accounts."""

from alembic import op
from chassis.people import create_erasure_table

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_erasure_table(op.get_bind())


def downgrade() -> None:
    op.drop_table("person_erasure")
