"""What the public reads, for the API document; the bodies themselves are stored JSON (`domain/guide.py`)."""

from datetime import datetime
from typing import Any, Literal

from contracts.catalog import AmountSource, Applicant, Delivery, HandledAt, OnlineClass, Step
from pydantic import BaseModel, Field


class Text(BaseModel):
    zh: str
    en: str


class ItemSummary(BaseModel):
    """Money in fen, `promised_days` in working days (0 is at once)."""

    code: str
    version: int
    name: str
    name_en: str
    department: str
    online_class: OnlineClass
    online_class_text: Text
    kind: str
    applicant: Applicant
    applicant_text: Text
    handled_at: HandledAt
    fee_cents: int
    fee_text: Text
    promised_days: int
    promised_text: Text
    min_ial: int
    """The level of assurance that submitting takes: 1 phone, 2 name and number, 3 face, 4 window."""
    min_ial_text: Text


class ItemPage(BaseModel):
    """`similar`: nothing matches what was asked, these come close."""

    items: list[ItemSummary]
    next: str | None
    similar: bool


class GuideMaterial(BaseModel):
    key: str
    name: str
    form: Literal["electronic", "original", "copy"]
    form_text: Text
    source: Literal["applicant", "shared_data", "agency_form"]
    source_text: Text
    required: bool
    note: str | None


class GuideStep(BaseModel):
    step: Step
    zh: str
    en: str


class GuideLimits(BaseModel):
    promised_days: int
    promised_text: Text
    statutory_days: int | None
    statutory_unit: Literal["working", "calendar"] | None
    statutory_text: Text | None


class GuideFee(BaseModel):
    cents: int
    yuan: str = Field(examples=["20.00"])
    text: Text
    basis: str | None
    amount_source: AmountSource | None
    min_cents: int | None
    max_cents: int | None


class GuideDelivery(BaseModel):
    mode: Delivery
    text: Text
    free: bool
    postage_text: Text | None
    hand_over_text: Text | None


class GuideResult(BaseModel):
    name: str | None
    valid_months: int | None
    validity_text: Text | None


class GuideRemedy(BaseModel):
    available: bool
    text: Text


class GuideAnswer(BaseModel):
    q: str
    a: str


class GuideReminder(BaseModel):
    document: str
    days_before: list[int]


class OpeningPeriod(BaseModel):
    """ISO weekdays, local times."""

    days: list[int]
    opens: str
    closes: str


class WindowView(BaseModel):
    code: str
    name: str
    opening_hours: list[OpeningPeriod]
    opening_hours_text: Text


class BranchView(BaseModel):
    code: str
    name: str
    short_name: str
    name_en: str


class UnitView(BaseModel):
    code: str
    name: str
    name_en: str


class Place(BaseModel):
    branch: BranchView | None
    unit: UnitView | None
    windows: list[WindowView]


class DepartmentName(BaseModel):
    code: str
    name: str
    name_en: str


class ServedBy(BaseModel):
    """`choose`: what an applicant chooses among the places, null where there is nothing to choose."""

    department: DepartmentName | None
    choose: Literal["branch", "window"] | None
    places: list[Place]


class ItemPlaces(ServedBy):
    code: str
    handled_at: HandledAt


class ItemGuide(ItemSummary):
    """办事指南. `form_schema`: JSON Schema 2020-12; `x-widget`, `x-order`, `x-delivery` are for screens."""

    published_at: datetime
    conditions: list[str]
    materials: list[GuideMaterial]
    form_schema: dict[str, Any]
    steps: list[GuideStep]
    approval_levels: int
    limits: GuideLimits
    fee: GuideFee
    delivery: GuideDelivery
    result: GuideResult
    legal_basis: list[str]
    remedy: GuideRemedy
    faq: list[GuideAnswer]
    reminder: GuideReminder | None
    handled_at_text: Text
    state: Literal["published", "retired"]
    retired_at: datetime | None
    replaced_by: int | None
    served_by: ServedBy | None


class ClassCounts(BaseModel):
    full_online: int
    one_visit: int
    query_booking: int


class DepartmentCounts(BaseModel):
    department: str
    name: str | None
    name_en: str | None
    total: int
    by_class: ClassCounts


class CatalogueStats(BaseModel):
    total: int
    by_class: ClassCounts
    by_department: list[DepartmentCounts]


class DepartmentView(DepartmentName):
    items: int
