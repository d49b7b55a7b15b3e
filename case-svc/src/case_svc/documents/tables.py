"""The table of issued documents, as part of case-svc's schema."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID


def add_document_tables(metadata: sa.MetaData) -> None:
    """Adds `document` to `metadata`. Names and ID numbers are not in it: identity-svc has them."""
    moment = sa.TIMESTAMP(timezone=True)
    document = sa.Table(
        "document",
        metadata,
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
        sa.Column("issued_at", moment, nullable=False),
        sa.Column("valid_until", sa.Date, comment="the last valid day in Shanghai; null: no end"),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("revoked_at", moment),
        sa.Column("revoked_by", UUID),
        sa.Column("revocation_sealed", sa.LargeBinary, comment="the reason, sealed"),
    )
    sa.Index("document_of_applicant", document.c.applicant_id, document.c.id)
    sa.Index("document_of_case", document.c.case_id)
