"""A case counts its files, so that an upload is guarded by the row it changes and waits for no other one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column(
        "cases",
        sa.Column(
            "files", sa.SmallInteger, nullable=False, server_default="0", comment="its rows in case_material"
        ),
    )
    op.execute(
        "UPDATE cases SET files = held.files"
        " FROM (SELECT case_id, count(*) AS files FROM case_material GROUP BY case_id) AS held"
        " WHERE cases.id = held.case_id"
    )


def downgrade() -> None:
    op.drop_column("cases", "files")
