"""The schema's truth: what the migrations must add up to."""

import sqlalchemy as sa
from chassis.audit.witness import add_witness_table
from chassis.db.tables import add_chassis_tables
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from .activations import add_activation_tables
from .addresses import add_address_tables
from .assurance.tables import add_assurance_tables
from .duty import add_duty_tables
from .factors.tables import add_factor_tables
from .mandates.tables import add_mandate_tables
from .oidc.tables import add_oidc_tables
from .people.tables import add_people_tables
from .places import add_place_tables
from .scope_tables import add_scope_tables
from .ways_in.tables import add_ways_in_tables

metadata = sa.MetaData()
add_chassis_tables(metadata)
add_witness_table(metadata)

_TIME = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")


def _version() -> sa.Column:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1", comment="of its events")


loaded = sa.Table(
    "loaded",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False, comment="of what was loaded last"),
    sa.Column("loaded_at", _TIME, nullable=False, server_default=_NOW),
)

department = sa.Table(
    "department",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("hotline", sa.Text),
    _version(),
)

branch = sa.Table(
    "branch",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("short_name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    _version(),
)

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("department", sa.Text, sa.ForeignKey("department.code"), nullable=False),
    sa.Column("branch", sa.Text, sa.ForeignKey("branch.code"), comment="null: the city bureau's own"),
    _version(),
)
sa.Index("unit_department", unit.c.department, unit.c.code)
sa.Index("unit_branch", unit.c.branch, unit.c.code)

service_window = sa.Table(
    "service_window",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("branch", sa.Text, sa.ForeignKey("branch.code"), nullable=False),
    sa.Column("departments", ARRAY(sa.Text), nullable=False),
    sa.Column("opening_hours", JSONB, nullable=False),
    _version(),
)
sa.Index("service_window_branch", service_window.c.branch, service_window.c.code)

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column(
        "phone_hash", sa.LargeBinary, unique=True, comment="keyed hash of the E.164 number; null: a ward's"
    ),
    sa.Column("personal", sa.LargeBinary, nullable=False, comment="sealed: phone, name, ID number"),
    sa.Column("id_hash", sa.LargeBinary, comment="keyed hash of the ID number, once verified"),
    sa.Column("phone_hash_next", sa.LargeBinary, comment="while the lookup key changes: under the new one"),
    sa.Column("id_hash_next", sa.LargeBinary, comment="while the lookup key changes: under the new one"),
    sa.Column("company_name", sa.Text, comment="public, as in the register of companies"),
    sa.Column("uscc", sa.Text, comment="unified social credit code; public"),
    sa.Column("password_hash", sa.Text),
    sa.Column("ial", sa.SmallInteger, nullable=False),
    sa.Column("registered_at", _TIME, nullable=False, server_default=_NOW),
    sa.Column("verified_at", _TIME),
    sa.Column("closed_at", _TIME, comment="since when nobody logs in: it is being erased, or was"),
    sa.Column("erased_at", _TIME, comment="since when nothing of its owner is in it"),
    _version(),
    sa.CheckConstraint("kind IN ('person', 'enterprise')", name="account_kind"),
    sa.CheckConstraint("ial BETWEEN 0 AND 4", name="account_ial"),
    sa.CheckConstraint(
        "(kind = 'enterprise') = (uscc IS NOT NULL) OR erased_at IS NOT NULL", name="account_uscc"
    ),
)
# One person, one account; one person may act for several companies.
sa.Index("account_person_once", account.c.id_hash, unique=True, postgresql_where=sa.text("kind = 'person'"))
sa.Index("account_phone_next_once", account.c.phone_hash_next, unique=True)
sa.Index(
    "account_person_next_once",
    account.c.id_hash_next,
    unique=True,
    postgresql_where=sa.text("kind = 'person'"),
)
# A company belongs to whoever proves to represent it, not to whoever typed its code first.
sa.Index("account_company_once", account.c.uscc, unique=True, postgresql_where=sa.text("ial >= 2"))

officer = sa.Table(
    "officer",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("badge_no", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.LargeBinary, nullable=False, comment="sealed"),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("password_initial", sa.Boolean, nullable=False, comment="must be changed before anything else"),
    sa.Column("unit", sa.Text, sa.ForeignKey("unit.code"), comment="null: staff of the platform"),
    sa.Column("department", sa.Text, sa.ForeignKey("department.code")),
    sa.Column("branch", sa.Text, sa.ForeignKey("branch.code")),
    sa.Column("rank", sa.SmallInteger, nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("second_factor_at", _TIME, comment="since when an authenticator is asked for at the log-in"),
    sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
    _version(),
    sa.Column("partner", sa.Text, comment="an engineer of that bank or courier; nobody of ours"),
    sa.CheckConstraint("rank BETWEEN 0 AND 4", name="officer_rank"),
    sa.CheckConstraint("(unit IS NULL) = (department IS NULL)", name="officer_post"),
    sa.CheckConstraint("(partner IS NULL) <> (roles = '{partner}')", name="officer_partner"),
)
sa.Index("officer_unit", officer.c.unit, officer.c.badge_no)
sa.Index("officer_department", officer.c.department, officer.c.badge_no)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("account_id", UUID, sa.ForeignKey("account.id")),
    sa.Column("officer_id", UUID, sa.ForeignKey("officer.id")),
    sa.Column("method", sa.Text, nullable=False, comment="how its owner proved to be themselves"),
    sa.Column("secret", sa.LargeBinary, nullable=False, comment="sealed; refresh tokens are HMACs under it"),
    sa.Column("generation", sa.Integer, nullable=False, server_default="1"),
    sa.Column("created_at", _TIME, nullable=False, server_default=_NOW),
    sa.Column("rotated_at", _TIME, nullable=False, server_default=_NOW),
    sa.Column("idle_until", _TIME, nullable=False),
    sa.Column("expires_at", _TIME, nullable=False),
    sa.Column("ended_at", _TIME),
    sa.Column("end_reason", sa.Text),
    sa.Column("name", sa.Text, comment="its owner's name for the device"),
    sa.Column("device", sa.Text, comment="as its client called itself, in short"),
    sa.Column("device_hash", sa.LargeBinary, comment="keyed hash of owner, device and network"),
    sa.Column("amr", ARRAY(sa.Text), nullable=False, server_default="{}", comment="RFC 8176"),
    sa.Column("authenticated_at", _TIME, nullable=False, server_default=_NOW),
    sa.CheckConstraint("num_nonnulls(account_id, officer_id) = 1", name="session_owner"),
)
sa.Index("session_account", session.c.account_id)  # of the ended ones too: an erasure takes them all
sa.Index("session_officer", session.c.officer_id, postgresql_where=session.c.ended_at.is_(None))
sa.Index(
    "session_account_device",
    session.c.account_id,
    session.c.device_hash,
    postgresql_where=session.c.device_hash.is_not(None),
)
sa.Index(
    "session_officer_device",
    session.c.officer_id,
    session.c.device_hash,
    postgresql_where=session.c.device_hash.is_not(None),
)
sa.Index("session_expires_at", session.c.expires_at)

revocation = sa.Table(
    "revocation",
    metadata,
    sa.Column("revoked_id", UUID, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, comment="session or mandate"),
    sa.Column("revoked_at", _TIME, nullable=False),
    sa.Column(
        "forget_at", _TIME, nullable=False, comment="when no token that names it can be valid any more"
    ),
    sa.Column(
        "written_in",
        sa.BigInteger,
        nullable=False,
        server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
        comment="the transaction, by which looks know what they have seen",
    ),
)
sa.Index("revocation_forget_at", revocation.c.forget_at)
sa.Index("revocation_written_in", revocation.c.written_in)

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("recipient_id", UUID, nullable=False, comment="an account or officer"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("facts", JSONB, nullable=False, comment="never personal data"),
    sa.Column("at", _TIME, nullable=False, server_default=_NOW),
    sa.Column("read_at", _TIME),
)
sa.Index("message_recipient", message.c.recipient_id, message.c.id)
sa.Index("message_unread", message.c.recipient_id, postgresql_where=message.c.read_at.is_(None))
sa.Index("message_at", message.c.at, postgresql_using="brin")

sms_code = sa.Table(
    "sms_code",
    metadata,
    sa.Column("ticket_hash", sa.LargeBinary, primary_key=True, comment="of what was answered to who asked"),
    sa.Column("phone_hash", sa.LargeBinary, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("id", UUID, nullable=False, unique=True),
    sa.Column("code_hash", sa.LargeBinary, nullable=False),
    sa.Column("message", sa.LargeBinary, comment="sealed: phone and code, until the message was sent"),
    sa.Column("tries", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("used_at", _TIME),
    sa.Column("expires_at", _TIME, nullable=False),
)
sa.Index("sms_code_phone", sms_code.c.phone_hash)
sa.Index("sms_code_expires_at", sms_code.c.expires_at)

throttle = sa.Table(
    "throttle",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True, comment="keyed hash of what is limited, and for whom"),
    sa.Column("full_again_at", _TIME, nullable=False),
)
sa.Index("throttle_full_again_at", throttle.c.full_again_at)

signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("kid", sa.Text, primary_key=True),
    sa.Column("private_key", sa.LargeBinary, nullable=False, comment="sealed PKCS #8"),
    sa.Column("public_jwk", JSONB, nullable=False),
    sa.Column("made_at", _TIME, nullable=False, server_default=_NOW),
    sa.Column("signs_from", _TIME, nullable=False),
    sa.Column("forget_at", _TIME, comment="null: no successor yet"),
)

access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("account_id", UUID, sa.ForeignKey("account.id"), nullable=False),
    sa.Column("viewer", sa.Text, nullable=False, comment="the service or department's system that asked"),
    sa.Column("viewer_en", sa.Text, comment="a department's system, in English; both as it was called then"),
    sa.Column("officer_id", UUID, comment="on whose behalf, when somebody's"),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("viewed_at", _TIME, nullable=False, server_default=_NOW),
    comment="append-only for who serves; erase_views_of() takes what tells of an erased account",
)
sa.Index("access_log_account", access_log.c.account_id, access_log.c.id)

add_address_tables(metadata)
add_assurance_tables(metadata)
add_factor_tables(metadata)
add_scope_tables(metadata)
add_activation_tables(metadata)
add_duty_tables(metadata)
add_ways_in_tables(metadata)
add_mandate_tables(metadata)
add_oidc_tables(metadata)
add_people_tables(metadata)
add_place_tables(metadata)
