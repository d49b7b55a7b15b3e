"""What the document API answers."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.clock import SHANGHAI, now
from pydantic import BaseModel, Field, StringConstraints

from .codes import grouped
from .desk import DocumentDesk
from .record import Found


class UnitView(BaseModel):
    code: str
    name: str
    name_en: str


class DocumentView(BaseModel):
    """An issued document, as its holder and the officers of its unit see it."""

    id: UUID
    number: str = Field(examples=["公服证〔2026〕00000042号"])
    status: Literal["valid", "expired", "revoked"]
    case_id: UUID
    case_no: str
    item_code: str
    item_name: str
    item_name_en: str
    result: str
    is_electronic: bool = Field(description="false: a physical document belongs to it")
    unit: UnitView
    issued_at: datetime
    valid_until: date | None = Field(description="last valid day in Shanghai; null: no expiry")
    verification_code: str
    verify_url: str
    pdf_url: str
    revoked_at: datetime | None
    revocation_reason: str | None

    @classmethod
    def of(cls, found: Found, desk: DocumentDesk) -> "DocumentView":
        document = found.document
        return cls(
            id=document.id,
            number=document.number,
            status=document.status(now()),
            case_id=document.case_id,
            case_no=document.case_no,
            item_code=document.item_code,
            item_name=document.item_name,
            item_name_en=document.item_name_en,
            result=document.result,
            is_electronic=document.is_electronic,
            unit=UnitView(code=document.unit, name=found.unit.name, name_en=found.unit.name_en),
            issued_at=document.issued_at,
            valid_until=document.valid_until,
            verification_code=grouped(document.code),
            verify_url=desk.verify_url(document),
            pdf_url=f"/api/documents/{document.id}/pdf",
            revoked_at=document.revoked_at,
            revocation_reason=desk.issuer.revocation_reason(document),
        )


class Revocation(BaseModel):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)] = Field(
        description="told to the holder, never shown on the public page", examples=["申请材料经查系伪造"]
    )


class Verification(BaseModel):
    """What anybody may learn who holds the code: that it is genuine and in force. Nothing about the holder.

    `unknown` leaves everything else null; a code that cannot be one is answered the same way.
    """

    status: Literal["valid", "expired", "revoked", "unknown"]
    number: str | None = None
    item_name: str | None = None
    item_name_en: str | None = None
    result: str | None = None
    unit: str | None = None
    unit_en: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None

    @classmethod
    def of(cls, found: Found) -> "Verification":
        document = found.document
        return cls(
            status=document.status(now()),
            number=document.number,
            item_name=document.item_name,
            item_name_en=document.item_name_en,
            result=document.result,
            unit=found.unit.name,
            unit_en=found.unit.name_en,
            issued_on=_shanghai_day(document.issued_at),
            valid_until=document.valid_until,
            revoked_on=_shanghai_day(document.revoked_at) if document.revoked_at else None,
        )


def _shanghai_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()
