"""Items with their versions, what the public finds, the organisation's copy."""

import sqlalchemy as sa
from alembic import op
from chassis.db.tables import create_chassis_tables, drop_chassis_tables
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

_NOW = sa.text("now()")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    create_chassis_tables(op)
    _create_items()
    _create_published()
    _create_organisation()


def downgrade() -> None:
    for table in (
        "service_point",
        "org_window",
        "org_unit",
        "org_branch",
        "org_department",
        "catalogue_import",
        "published_item",
        "item_version",
        "item",
    ):
        op.drop_table(table)
    drop_chassis_tables(op)


def _text(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=nullable, comment=comment)


def _time(name: str, *, nullable: bool = False, now: bool = False, comment: str | None = None) -> sa.Column:
    default = _NOW if now else None
    return sa.Column(
        name, sa.TIMESTAMP(timezone=True), nullable=nullable, server_default=default, comment=comment
    )


def _number(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Integer, nullable=nullable, comment=comment)


def _create_items() -> None:
    op.create_table(
        "item",
        sa.Column("code", sa.Text, primary_key=True),
        _number("revision", comment="raised with every event; the aggregate's version"),
        _number("latest_version", comment="highest version number given out"),
        _number("current_version", nullable=True, comment="the published one; null when none is"),
        _text(
            "imported_hash",
            nullable=True,
            comment="content last taken from the files",
        ),
        _number("imported_version", nullable=True, comment="the version that import made"),
        _time("created_at", now=True),
    )
    _create_versions()
    op.create_table(
        "catalogue_import",
        sa.Column("kind", sa.Text, primary_key=True, comment="`items`, or `rendering` (how guides are made)"),
        sa.Column("fingerprint", sa.Text, primary_key=True),
        _time("applied_at", now=True),
        comment="What was ever taken in: a release that starts beside a newer one takes nothing back",
    )


def _create_versions() -> None:
    op.create_table(
        "item_version",
        sa.Column("code", sa.Text, sa.ForeignKey("item.code"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _text("state"),
        _number("revision", comment="raised with every edit; editors send it back"),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("definition", JSONB, comment="what cases were told; set when published"),
        sa.Column(
            "guide", sa.LargeBinary, comment="JSON as served, without who serves it; set when published"
        ),
        _text("guide_etag", nullable=True),
        _text("created_by", comment="account id, or `import`"),
        _time("created_at", now=True),
        _text("updated_by"),
        _time("updated_at", now=True),
        _text("published_by", nullable=True),
        _time("published_at", nullable=True),
        _text("retired_by", nullable=True),
        _time("retired_at", nullable=True),
        _number("replaced_by", nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name="item_version_state"),
        sa.CheckConstraint("state = 'draft' OR guide IS NOT NULL", name="item_version_guide"),
    )
    for state in ("draft", "published"):
        op.create_index(
            f"item_version_one_{state}",
            "item_version",
            ["code"],
            unique=True,
            postgresql_where=sa.text(f"state = '{state}'"),
        )


def _create_published() -> None:
    op.create_table(
        "published_item",
        sa.Column("code", sa.Text, sa.ForeignKey("item.code"), primary_key=True),
        _number("version"),
        _text("department"),
        _text("online_class"),
        _text("kind"),
        _text("applicant"),
        _text("handled_at"),
        _text("summary", comment="JSON as served in lists"),
        _text("name_key"),
        _text("pinyin_key"),
        _text("initials_key"),
        _text("english_key"),
        _text("text_key"),
        _text("latin_key"),
        comment="What the public finds: one row per published version, made anew at each publication",
    )
    op.create_index("published_item_department", "published_item", ["department", "code"])
    op.create_index("published_item_class", "published_item", ["online_class", "code"])
    for column in ("text_key", "latin_key"):
        op.create_index(
            f"published_item_{column}",
            "published_item",
            [column],
            postgresql_using="gin",
            postgresql_ops={column: "gin_trgm_ops"},
            postgresql_with={"fastupdate": "off"},
        )


def _create_organisation() -> None:
    specific = {
        "org_department": [_text("name_en")],
        "org_branch": [_text("short_name"), _text("name_en")],
        "org_unit": [_text("name_en"), _text("department"), _text("branch", nullable=True)],
        "org_window": [
            _text("branch"),
            sa.Column("departments", sa.ARRAY(sa.Text), nullable=False),
            sa.Column("opening_hours", JSONB, nullable=False),
        ],
    }
    for name, columns in specific.items():
        op.create_table(
            name,
            sa.Column("code", sa.Text, primary_key=True),
            _text("name"),
            *columns,
            _time("defined_at", comment="time of the event"),
            comment="Our own copy of identity's organisation, kept by its events",
        )
    op.create_index("org_unit_department", "org_unit", ["department"])
    op.create_index("org_window_departments", "org_window", ["departments"], postgresql_using="gin")
    op.create_table(
        "service_point",
        sa.Column("department", sa.Text, primary_key=True),
        sa.Column("handled_at", sa.Text, primary_key=True),
        sa.Column(
            "body", sa.LargeBinary, nullable=False, comment="JSON as served: department, units, windows"
        ),
        _text("etag"),
        comment="Who serves a department's items, by where they are handled; made from the organisation",
    )
