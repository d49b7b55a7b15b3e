"""The organisation, accounts, officers, sessions, codes, limits and keys."""

import sqlalchemy as sa
from alembic import op
from chassis.db.tables import create_chassis_tables, drop_chassis_tables
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")
_TABLES = (
    "session",
    "officer",
    "service_window",
    "unit",
    "access_log",
    "account",
    "branch",
    "department",
    "loaded",
    "sms_code",
    "throttle",
    "signing_key",
)


def upgrade() -> None:
    create_chassis_tables(op)
    _organisation()
    _accounts()
    _officers()
    _sessions()
    _codes_and_limits()
    _keys()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    drop_chassis_tables(op)


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer, server_default="1", nullable=False, comment="of its events")


def _organisation() -> None:
    op.create_table(
        "loaded",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False, comment="of what was loaded last"),
        sa.Column("loaded_at", _TIME, server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("hotline", sa.Text),
        _version(),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "branch",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        _version(),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, comment="null: the city bureau's own"),
        _version(),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"]),
        sa.ForeignKeyConstraint(["department"], ["department.code"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("unit_branch", "unit", ["branch", "code"])
    op.create_index("unit_department", "unit", ["department", "code"])
    op.create_table(
        "service_window",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("departments", ARRAY(sa.Text), nullable=False),
        sa.Column("opening_hours", JSONB, nullable=False),
        _version(),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"]),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("service_window_branch", "service_window", ["branch", "code"])


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", UUID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("phone_hash", sa.LargeBinary, nullable=False, comment="keyed hash of the E.164 number"),
        sa.Column("personal", sa.LargeBinary, nullable=False, comment="sealed: phone, name, ID number"),
        sa.Column("id_hash", sa.LargeBinary, comment="keyed hash of the ID number, once verified"),
        sa.Column("company_name", sa.Text, comment="public, as in the register of companies"),
        sa.Column("uscc", sa.Text, comment="unified social credit code; public"),
        sa.Column("password_hash", sa.Text),
        sa.Column("ial", sa.SmallInteger, nullable=False),
        sa.Column("registered_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("verified_at", _TIME),
        _version(),
        sa.CheckConstraint("(kind = 'enterprise') = (uscc IS NOT NULL)", name="account_uscc"),
        sa.CheckConstraint("kind IN ('person', 'enterprise')", name="account_kind"),
        sa.CheckConstraint("ial BETWEEN 0 AND 4", name="account_ial"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("phone_hash"),
    )
    op.create_index(
        "account_company_once", "account", ["uscc"], unique=True, postgresql_where=sa.text("ial >= 2")
    )
    op.create_index(
        "account_person_once",
        "account",
        ["id_hash"],
        unique=True,
        postgresql_where=sa.text("kind = 'person'"),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False, comment="the service that asked"),
        sa.Column("officer_id", UUID, comment="on whose behalf, when somebody's"),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("viewed_at", _TIME, server_default=_NOW, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_log_account", "access_log", ["account_id", "id"])


def _officers() -> None:
    op.create_table(
        "officer",
        sa.Column("id", UUID, nullable=False),
        sa.Column("badge_no", sa.Text, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False, comment="sealed"),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column(
            "password_initial", sa.Boolean, nullable=False, comment="must be changed before anything else"
        ),
        sa.Column("unit", sa.Text, comment="null: staff of the platform"),
        sa.Column("department", sa.Text),
        sa.Column("branch", sa.Text),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("active", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        _version(),
        sa.CheckConstraint("(unit IS NULL) = (department IS NULL)", name="officer_post"),
        sa.CheckConstraint("rank BETWEEN 0 AND 4", name="officer_rank"),
        sa.ForeignKeyConstraint(["branch"], ["branch.code"]),
        sa.ForeignKeyConstraint(["department"], ["department.code"]),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("badge_no"),
    )
    op.create_index("officer_department", "officer", ["department", "badge_no"])
    op.create_index("officer_unit", "officer", ["unit", "badge_no"])


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", UUID, nullable=False),
        sa.Column("account_id", UUID),
        sa.Column("officer_id", UUID),
        sa.Column("method", sa.Text, nullable=False, comment="how its owner proved to be themselves"),
        sa.Column(
            "secret", sa.LargeBinary, nullable=False, comment="sealed; refresh tokens are HMACs under it"
        ),
        sa.Column("generation", sa.Integer, server_default="1", nullable=False),
        sa.Column("created_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("rotated_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("idle_until", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("end_reason", sa.Text),
        sa.CheckConstraint("num_nonnulls(account_id, officer_id) = 1", name="session_owner"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "session_account", "session", ["account_id"], postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index("session_expires_at", "session", ["expires_at"])
    op.create_index(
        "session_officer", "session", ["officer_id"], postgresql_where=sa.text("ended_at IS NULL")
    )


def _codes_and_limits() -> None:
    op.create_table(
        "sms_code",
        sa.Column("phone_hash", sa.LargeBinary, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("id", UUID, nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("message", sa.LargeBinary, comment="sealed: phone and code, until the message was sent"),
        sa.Column("tries", sa.SmallInteger, server_default="0", nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("phone_hash", "purpose"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("sms_code_expires_at", "sms_code", ["expires_at"])
    op.create_table(
        "throttle",
        sa.Column(
            "key", sa.LargeBinary, nullable=False, comment="keyed hash of what is limited, and for whom"
        ),
        sa.Column("full_again_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("throttle_full_again_at", "throttle", ["full_again_at"])


def _keys() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False, comment="sealed PKCS #8"),
        sa.Column("public_jwk", JSONB, nullable=False),
        sa.Column("made_at", _TIME, server_default=_NOW, nullable=False),
        sa.Column("signs_from", _TIME, nullable=False),
        sa.Column("forget_at", _TIME, comment="null: no successor yet"),
        sa.PrimaryKeyConstraint("kid"),
    )
