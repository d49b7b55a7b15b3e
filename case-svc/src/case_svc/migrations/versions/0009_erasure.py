"""What became of the data of erased accounts."""

from alembic import op
from chassis.people import create_erasure_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    create_erasure_table(op.get_bind())
    op.create_index("break_glass_case", "break_glass", ["case_id"])


def downgrade() -> None:
    op.drop_index("break_glass_case", "break_glass")
    op.drop_table("person_erasure")
