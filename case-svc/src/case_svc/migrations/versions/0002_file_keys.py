"""Files are found by their key in the store: what no row names can be told apart."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("case_material_file_key", "case_material", ["file_key"], unique=True)


def downgrade() -> None:
    op.drop_index("case_material_file_key", "case_material")
