"""What became of the data of erased accounts."""

from alembic import op
from chassis.people import create_erasure_table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_erasure_table(op.get_bind())
    op.create_index("case_due_applicant", "case_due", ["applicant_id"])


def downgrade() -> None:
    op.drop_index("case_due_applicant", "case_due")
    op.drop_table("person_erasure")
