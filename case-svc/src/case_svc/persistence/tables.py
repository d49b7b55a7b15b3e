"""The schema's truth: alembic's migrations are held against it by a test."""

import sqlalchemy as sa
from chassis.db.tables import add_chassis_tables
from chassis.parity import add_tally_table
from chassis.people import add_erasure_table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from ..documents.tables import add_document_tables

metadata = sa.MetaData()
add_chassis_tables(metadata)
add_erasure_table(metadata)
add_tally_table(metadata)
add_document_tables(metadata)

_MOMENT = sa.TIMESTAMP(timezone=True)
_NOW = sa.text("now()")

case_no_seq = sa.Sequence("case_no_seq", metadata=metadata)

cases = sa.Table(
    "cases",
    metadata,
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
    sa.Column("created_at", _MOMENT, nullable=False),
    sa.Column("submitted_at", _MOMENT),
    sa.Column("received_at", _MOMENT),
    sa.Column("accepted_at", _MOMENT),
    sa.Column("decided_at", _MOMENT),
    sa.Column("closed_at", _MOMENT),
    sa.Column("response_due_at", _MOMENT),
    sa.Column("promise_due_at", _MOMENT),
    sa.Column("promise_is_provisional", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("due_at", _MOMENT, comment="an officer must act until then; null: nobody of the unit has to"),
    sa.Column("accepted_by", UUID),
    sa.Column("reviewers", ARRAY(UUID), nullable=False, server_default="{}", comment="who decided, by level"),
    sa.Column("last_rank", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("supplements", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("amount_cents", sa.BigInteger),
    sa.Column("document_id", UUID),
    sa.Column("order_id", UUID),
    sa.Column("shipment_id", UUID),
    sa.Column(
        "files", sa.SmallInteger, nullable=False, server_default="0", comment="its rows in case_material"
    ),
    sa.Column("assigned_to", UUID, comment="the officer who claimed it from the queue"),
    sa.Column("paid_at", _MOMENT, comment="when payment-svc booked the money for it"),
    sa.Column("postage_cents", sa.BigInteger, comment="what sending the result costs the applicant"),
    sa.UniqueConstraint("case_no", name="cases_case_no_once"),
    # Room on each page, so that autosaves stay heap-only updates.
    postgresql_with={"fillfactor": "80"},
)
sa.Index("cases_of_applicant", cases.c.applicant_id, cases.c.id)
sa.Index(
    "cases_queue", cases.c.unit, cases.c.due_at, cases.c.id, postgresql_where=cases.c.due_at.is_not(None)
)
sa.Index(
    "cases_claimed",
    cases.c.assigned_to,
    cases.c.due_at,
    cases.c.id,
    postgresql_where=cases.c.assigned_to.is_not(None),
)
sa.Index("cases_paid_at", cases.c.paid_at, postgresql_where=cases.c.paid_at.is_not(None))

sa.Table(
    "case_form",
    metadata,
    sa.Column("case_id", UUID, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False, comment="of the answers; autosave's If-Match"),
    sa.Column("answers", sa.LargeBinary, nullable=False, comment="sealed JSON object"),
    sa.Column("applicant", sa.LargeBinary, comment="sealed: name, id number, phone, once an officer asked"),
    postgresql_with={"fillfactor": "80"},
)

material = sa.Table(
    "case_material",
    metadata,
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
    sa.Column("uploaded_at", _MOMENT, nullable=False),
)
sa.Index("case_material_of_case", material.c.case_id)
sa.Index("case_material_file_key", material.c.file_key, unique=True)

# No foreign key on the two below: they are written at every step, and their cases are never deleted.
sa.Table(
    "case_history",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("version", sa.Integer, comment="of the case after this edge; null for notes"),
    sa.Column("action", sa.Text, nullable=False, comment="the edge's action, or what a note is about"),
    sa.Column("from_state", sa.Text),
    sa.Column("to_state", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("officer_id", UUID),
    sa.Column("at", _MOMENT, nullable=False),
    sa.Column("facts", JSONB, nullable=False, comment="never personal data"),
    sa.Column("texts", sa.LargeBinary, comment="sealed: what people wrote"),
)

sa.Table(
    "case_hand",
    metadata,
    sa.Column("case_id", UUID, sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("acted_by", UUID, primary_key=True, comment="the account that acted for the applicant"),
    sa.Column("mandate_id", UUID, primary_key=True, comment="that allowed it"),
    sa.Column("what", sa.Text, primary_key=True, comment="opened, answers, materials, submitted …"),
    sa.Column("first_at", _MOMENT, nullable=False),
    sa.Column("last_at", _MOMENT, nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Index("case_hand_acted_by", "acted_by", "case_id"),
)

sa.Table(
    "case_view",
    metadata,
    sa.Column("case_id", UUID, primary_key=True),
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("viewer", sa.Text, nullable=False, comment="an officer's id or a service's name"),
    sa.Column("unit", sa.Text),
    sa.Column(
        "what", sa.Text, nullable=False, comment="case, material, document, address, payment_reference"
    ),
    sa.Column("at", _MOMENT, nullable=False, server_default=_NOW),
    sa.Column("role", sa.Text, comment="the officer's, at that time"),
    sa.Column("grant_id", UUID, comment="opened by exception: its row in break_glass"),
    comment="append-only for who serves; erase_looks_at() takes those at cases that are gone or nobody's",
)

break_glass = sa.Table(
    "break_glass",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("case_id", UUID, nullable=False),
    sa.Column("case_no", sa.Text),
    sa.Column("unit", sa.Text, nullable=False, comment="of the case"),
    sa.Column("department", sa.Text, nullable=False, comment="of the case"),
    sa.Column("officer_id", UUID, nullable=False),
    sa.Column("officer_unit", sa.Text, nullable=False),
    sa.Column("officer_department", sa.Text, nullable=False),
    sa.Column("reason", sa.LargeBinary, nullable=False, comment="sealed: what the officer wrote"),
    sa.Column("at", _MOMENT, nullable=False),
    sa.Column("until", _MOMENT, nullable=False),
)
sa.Index("break_glass_of_officer", break_glass.c.officer_id, break_glass.c.case_id, break_glass.c.until)
sa.Index("break_glass_case", break_glass.c.case_id)
sa.Index("break_glass_department", break_glass.c.department, break_glass.c.id)
sa.Index("break_glass_officer_department", break_glass.c.officer_department, break_glass.c.id)

sa.Table(
    "item_version",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("definition", JSONB, nullable=False),
    sa.Column("published_at", _MOMENT, nullable=False),
    sa.Column("retired_at", _MOMENT),
    sa.Column("replaced_by", sa.Integer),
)

# The organisation, as identity-svc tells it.
sa.Table(
    "department",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)
sa.Table(
    "branch",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("short_name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)
sa.Table(
    "unit",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("branch", sa.Text, comment="null: the city's unit"),
)
sa.Table(
    "service_window",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("branch", sa.Text, nullable=False),
    sa.Column("departments", ARRAY(sa.Text), nullable=False),
)
sa.Table(
    "officer",
    metadata,
    sa.Column("id", UUID, primary_key=True),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("branch", sa.Text),
    sa.Column("rank", sa.SmallInteger, nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)
