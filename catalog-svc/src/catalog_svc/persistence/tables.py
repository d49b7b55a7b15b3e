"""The schema, as alembic and its test see it."""

import sqlalchemy as sa
from chassis.db.tables import add_chassis_tables
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
add_chassis_tables(metadata)

_NOW = sa.text("now()")


def _time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), nullable=nullable)


item = sa.Table(
    "item",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column(
        "revision", sa.Integer, nullable=False, comment="raised with every event; the aggregate's version"
    ),
    sa.Column("latest_version", sa.Integer, nullable=False, comment="highest version number given out"),
    sa.Column("current_version", sa.Integer, comment="the published one; null when none is"),
    sa.Column("imported_hash", sa.Text, comment="content last taken from the files"),
    sa.Column("imported_version", sa.Integer, comment="the version that import made"),
    sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
)

item_version = sa.Table(
    "item_version",
    metadata,
    sa.Column("code", sa.Text, sa.ForeignKey("item.code"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, comment="raised with every edit; editors send it back"),
    sa.Column("content", JSONB, nullable=False),
    sa.Column("definition", JSONB, comment="what cases were told; set when published"),
    sa.Column("guide", sa.LargeBinary, comment="JSON as served, without who serves it; set when published"),
    sa.Column("guide_etag", sa.Text),
    sa.Column("created_by", sa.Text, nullable=False, comment="account id, or `import`"),
    sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
    sa.Column("updated_by", sa.Text, nullable=False),
    sa.Column("updated_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
    sa.Column("published_by", sa.Text),
    _time("published_at"),
    sa.Column("retired_by", sa.Text),
    _time("retired_at"),
    sa.Column("replaced_by", sa.Integer),
    sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name="item_version_state"),
    sa.CheckConstraint("state = 'draft' OR guide IS NOT NULL", name="item_version_guide"),
)
sa.Index(
    "item_version_one_draft", item_version.c.code, unique=True, postgresql_where=sa.text("state = 'draft'")
)
sa.Index(
    "item_version_one_published",
    item_version.c.code,
    unique=True,
    postgresql_where=sa.text("state = 'published'"),
)

published_item = sa.Table(
    "published_item",
    metadata,
    sa.Column("code", sa.Text, sa.ForeignKey("item.code"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("online_class", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("applicant", sa.Text, nullable=False),
    sa.Column("handled_at", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False, comment="JSON as served in lists"),
    sa.Column("name_key", sa.Text, nullable=False),
    sa.Column("pinyin_key", sa.Text, nullable=False),
    sa.Column("initials_key", sa.Text, nullable=False),
    sa.Column("english_key", sa.Text, nullable=False),
    sa.Column("text_key", sa.Text, nullable=False),
    sa.Column("latin_key", sa.Text, nullable=False),
    comment="What the public finds: one row per published version, made anew at each publication",
)
sa.Index("published_item_department", published_item.c.department, published_item.c.code)
sa.Index("published_item_class", published_item.c.online_class, published_item.c.code)
for _column in ("text_key", "latin_key"):
    sa.Index(
        f"published_item_{_column}",
        published_item.c[_column],
        postgresql_using="gin",
        postgresql_ops={_column: "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},  # read at every search, written at a publication
    )

catalogue_import = sa.Table(
    "catalogue_import",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True, comment="`items`, or `rendering` (how guides are made)"),
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("applied_at", sa.TIMESTAMP(timezone=True), nullable=False, server_default=_NOW),
    comment="What was ever taken in: a release that starts beside a newer one takes nothing back",
)


def _organisation_table(name: str, *columns: sa.Column) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        *columns,
        sa.Column("defined_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="time of the event"),
        comment="Our own copy of identity's organisation, kept by its events",
    )


org_department = _organisation_table("org_department", sa.Column("name_en", sa.Text, nullable=False))
org_branch = _organisation_table(
    "org_branch",
    sa.Column("short_name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)
org_unit = _organisation_table(
    "org_unit",
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("branch", sa.Text),
)
org_window = _organisation_table(
    "org_window",
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("departments", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("opening_hours", JSONB, nullable=False),
)
sa.Index("org_unit_department", org_unit.c.department)
sa.Index("org_window_departments", org_window.c.departments, postgresql_using="gin")

service_point = sa.Table(
    "service_point",
    metadata,
    sa.Column("department", sa.Text, primary_key=True),
    sa.Column("handled_at", sa.Text, primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False, comment="JSON as served: department, units, windows"),
    sa.Column("etag", sa.Text, nullable=False),
    comment="Who serves a department's items, by where they are handled; made from the organisation",
)
