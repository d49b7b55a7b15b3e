"""Cases with their forms, files, history and views; the copies of catalogue and organisation; documents."""

import sqlalchemy as sa
from alembic import op
from chassis.db.tables import create_chassis_tables, drop_chassis_tables
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

revision = "0001"
down_revision = None

MOMENT = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    create_chassis_tables(op)
    _cases()
    _parts_of_a_case()
    _history()
    _catalogue()
    _organisation()
    _documents()


def downgrade() -> None:
    for table in (
        "document", "officer", "service_window", "unit", "branch", "department", "item_version", "case_view",
        "case_history", "case_material", "case_form", "cases",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("DROP SEQUENCE case_no_seq")
    drop_chassis_tables(op)


def _cases() -> None:
    op.execute("CREATE SEQUENCE case_no_seq")
    op.create_table(
        "cases",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, comment="raised by every change; guards every move"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("case_no", sa.Text, comment="given at submission"),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("item_version", sa.Integer, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("branch", sa.Text),
        sa.Column("window_code", sa.Text),
        sa.Column("unit", sa.Text, comment="who handles it; fixed at submission"),
        sa.Column("applicant_id", UUID, nullable=False),
        sa.Column("applicant_kind", sa.Text, nullable=False),
        sa.Column("applicant_masked", sa.Text, comment="what lists show of the name"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT),
        sa.Column("received_at", MOMENT),
        sa.Column("accepted_at", MOMENT),
        sa.Column("decided_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("response_due_at", MOMENT),
        sa.Column("promise_due_at", MOMENT),
        sa.Column("promise_is_provisional", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column(
            "due_at", MOMENT, comment="an officer must act until then; null: nobody of the unit has to"
        ),
        sa.Column("accepted_by", UUID),
        sa.Column(
            "reviewers", ARRAY(UUID), nullable=False, server_default="{}", comment="who decided, by level"
        ),
        sa.Column("last_rank", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("supplements", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("amount_cents", sa.BigInteger),
        sa.Column("document_id", UUID),
        sa.Column("order_id", UUID),
        sa.Column("shipment_id", UUID),
        sa.UniqueConstraint("case_no", name="cases_case_no_once"),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("cases_of_applicant", "cases", ["applicant_id", "id"])
    op.create_index(
        "cases_queue", "cases", ["unit", "due_at", "id"], postgresql_where=sa.text("due_at IS NOT NULL")
    )


def _parts_of_a_case() -> None:
    op.create_table(
        "case_form",
        sa.Column("case_id", UUID, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False, comment="of the answers; autosave's If-Match"),
        sa.Column("answers", sa.LargeBinary, nullable=False, comment="sealed JSON object"),
        sa.Column(
            "applicant", sa.LargeBinary, comment="sealed: name, id number, phone, once an officer asked"
        ),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "case_material",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("case_id", UUID, sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("key", sa.Text, nullable=False, comment="the item's material, or the form's file field"),
        sa.Column("file_key", sa.Text, nullable=False, comment="where the sealed file lies in the store"),
        sa.Column("file_name", sa.LargeBinary, nullable=False, comment="sealed: names of files name people"),
        sa.Column("mime", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, comment="of the plain content, hex"),
        sa.Column("size", sa.Integer, nullable=False, comment="bytes of the plain content"),
        sa.Column("pages", sa.Integer),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("uploaded_at", MOMENT, nullable=False),
    )
    op.create_index("case_material_of_case", "case_material", ["case_id"])


def _history() -> None:
    op.create_table(
        "case_history",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("version", sa.Integer, comment="of the case after this edge; null for notes"),
        sa.Column("action", sa.Text, nullable=False, comment="the edge's action, or what a note is about"),
        sa.Column("from_state", sa.Text),
        sa.Column("to_state", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("officer_id", UUID),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("facts", JSONB, nullable=False, comment="never personal data"),
        sa.Column("texts", sa.LargeBinary, comment="sealed: what people wrote"),
    )
    op.create_table(
        "case_view",
        sa.Column("case_id", UUID, primary_key=True),
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("viewer", sa.Text, nullable=False, comment="an officer's id or a service's name"),
        sa.Column("unit", sa.Text),
        sa.Column("what", sa.Text, nullable=False, comment="case, material, address, payment_reference"),
        sa.Column("at", MOMENT, nullable=False, server_default=sa.text("now()")),
    )


def _catalogue() -> None:
    op.create_table(
        "item_version",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("definition", JSONB, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.Column("replaced_by", sa.Integer),
    )


def _organisation() -> None:
    op.create_table(
        "department",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
    )
    op.create_table(
        "branch",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, comment="null: the city's unit"),
    )
    op.create_table(
        "service_window",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("departments", ARRAY(sa.Text), nullable=False),
    )
    op.create_table(
        "officer",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("branch", sa.Text),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("roles", ARRAY(sa.Text), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("serial", sa.BigInteger, sa.Identity(always=False), nullable=False, unique=True),
        sa.Column("code", sa.Text, nullable=False, unique=True, comment="verification code, ungrouped"),
        sa.Column("case_id", UUID, nullable=False),
        sa.Column("case_no", sa.Text, nullable=False),
        sa.Column("item_code", sa.Text, nullable=False),
        sa.Column("item_version", sa.Integer, nullable=False),
        sa.Column("item_name", sa.Text, nullable=False),
        sa.Column("item_name_en", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("is_electronic", sa.Boolean, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("applicant_id", UUID, nullable=False),
        sa.Column("holder_masked", sa.Text),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("valid_until", sa.Date, comment="the last valid day in Shanghai; null: no end"),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revoked_by", UUID),
        sa.Column("revocation_sealed", sa.LargeBinary, comment="the reason, sealed"),
    )
    op.create_index("document_of_applicant", "document", ["applicant_id", "id"])
    op.create_index("document_of_case", "document", ["case_id"])
