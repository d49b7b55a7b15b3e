"""Keys in use, and where a change of keys has come to; accounts have second hashes while the lookup key changes."""

import sqlalchemy as sa
from alembic import op
from chassis.rotation.tables import create_rotation_table, drop_rotation_table

revision = "0013"
down_revision = "0012"

_WHY = "while the lookup key changes: under the new one"


def upgrade() -> None:
    create_rotation_table(op)
    op.add_column("account", sa.Column("phone_hash_next", sa.LargeBinary, comment=_WHY))
    op.add_column("account", sa.Column("id_hash_next", sa.LargeBinary, comment=_WHY))
    op.create_index("account_phone_next_once", "account", ["phone_hash_next"], unique=True)
    op.create_index(
        "account_person_next_once",
        "account",
        ["id_hash_next"],
        unique=True,
        postgresql_where=sa.text("kind = 'person'"),
    )
    op.add_column("identity_link_subject", sa.Column("subject_hash_next", sa.LargeBinary, comment=_WHY))
    op.create_index(
        "identity_link_subject_next_once", "identity_link_subject", ["subject_hash_next"], unique=True
    )


def downgrade() -> None:
    op.drop_column("identity_link_subject", "subject_hash_next")
    op.drop_column("account", "id_hash_next")
    op.drop_column("account", "phone_hash_next")
    drop_rotation_table(op)
