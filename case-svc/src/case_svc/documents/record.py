"""The issued document as a record: what is signed, and whether it is still valid."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from chassis.clock import SHANGHAI

Status = Literal["valid", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class Document:
    """One row of `document`, in its column order. `valid_until` is the last valid day in Shanghai."""

    id: UUID
    serial: int
    code: str
    case_id: UUID
    case_no: str
    item_code: str
    item_version: int
    item_name: str
    item_name_en: str
    result: str
    is_electronic: bool
    department: str
    unit: str
    applicant_id: UUID
    holder_masked: str | None
    issued_at: datetime
    valid_until: date | None
    key_id: str
    signature: bytes
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None
    revocation_sealed: bytes | None = None

    @property
    def number(self) -> str:
        return document_number(self.serial, self.issued_at)

    def status(self, at: datetime) -> Status:
        """Revoked outweighs expired; the last valid day ends at 24:00 in Shanghai."""
        if self.revoked_at is not None:
            return "revoked"
        if self.valid_until is not None and at.astimezone(SHANGHAI).date() > self.valid_until:
            return "expired"
        return "valid"

    def statement(self) -> dict[str, Any]:
        """What the signature covers: everything said at issue. Revocation is a later fact of its own."""
        return {
            "type": "service-result/1",
            "id": str(self.id),
            "number": self.number,
            "code": self.code,
            "case_id": str(self.case_id),
            "case_no": self.case_no,
            "item": f"{self.item_code}/{self.item_version}",
            "item_name": self.item_name,
            "item_name_en": self.item_name_en,
            "result": self.result,
            "is_electronic": self.is_electronic,
            "department": self.department,
            "unit": self.unit,
            "applicant_id": str(self.applicant_id),
            "holder_masked": self.holder_masked,
            "issued_at": self.issued_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
        }


@dataclass(frozen=True, slots=True)
class IssuingUnit:
    """The unit's present names (出具单位)."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it was read, with the names its unit has now."""

    document: Document
    unit: IssuingUnit


def document_number(serial: int, issued_at: datetime) -> str:
    """`公服证〔2026〕00000042号`: the year of issue in Shanghai and a number that is never used twice."""
    return f"公服证〔{issued_at.astimezone(SHANGHAI).year}〕{serial:08d}号"


def last_valid_day(issued_at: datetime, months: int | None) -> date | None:
    """The same day of the month, `months` later, or that month's last day (民法典 §201, §202)."""
    if months is None:
        return None
    issued = issued_at.astimezone(SHANGHAI).date()
    years, month = divmod(issued.month - 1 + months, 12)
    year, month = issued.year + years, month + 1
    return date(year, month, min(issued.day, calendar.monthrange(year, month)[1]))
