"""What somebody did for others is found by who they are: for their export, and when their account goes."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index("case_hand_acted_by", "case_hand", ["acted_by", "case_id"])


def downgrade() -> None:
    op.drop_index("case_hand_acted_by", "case_hand")
