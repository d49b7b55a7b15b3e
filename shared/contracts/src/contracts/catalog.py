"""Events of catalog-svc: published and retired versions of service items (事项)."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from . import topics
from .events import Event, Part

Step = Literal["accept", "review", "approve", "pay", "produce", "deliver", "notify", "query", "book"]
OnlineClass = Literal["full_online", "one_visit", "query_booking"]
Applicant = Literal["person", "enterprise", "both"]
HandledAt = Literal["city", "branch", "window"]
Delivery = Literal["none", "to_applicant", "both_ways"]
AmountSource = Literal["fixed", "issuing_system", "applicant"]


class MaterialDefinition(Part):
    """Part of an item: one thing to hand in. `key` is stable within a version."""

    key: str
    name: str
    form: Literal["electronic", "original", "copy"]
    source: Literal["applicant", "shared_data", "agency_form"]
    required: bool
    note: str | None = None


class ItemDefinition(Part):
    """Everything a case needs to know of its item version. Money in fen, days as whole numbers."""

    code: str
    version: int
    name: str
    name_en: str
    department: str
    online_class: OnlineClass
    kind: str
    applicant: Applicant
    handled_at: HandledAt
    steps: tuple[Step, ...]
    approval_levels: int
    statutory_days: int | None
    statutory_unit: Literal["working", "calendar"] | None
    promised_days: int
    fee_cents: int
    fee_basis: str | None
    amount_source: AmountSource | None
    amount_min_cents: int | None
    amount_max_cents: int | None
    delivery: Delivery
    delivery_free: bool
    result: str | None
    result_valid_months: int | None
    remedy: bool
    materials: tuple[MaterialDefinition, ...]
    form_schema: dict[str, Any]
    """JSON Schema 2020-12 of the form's answers."""
    legal_basis: tuple[str, ...] = ()
    min_ial: int | None = Field(None, ge=0, le=4)
    """The level of assurance that submitting takes; null in versions from before there was one: 2."""
    id_bound: bool = True
    """What is sent is handed to the named person, against the ID card."""


class ItemPublished(Event):
    """A version became the current one; cases opened from now on are pinned to it."""

    TYPE: ClassVar[str] = "catalog.item.published"
    TOPIC: ClassVar[str] = topics.CATALOG_ITEMS
    KEY: ClassVar[str] = "item_code"

    item_code: str
    item_version: int
    published_at: datetime
    definition: ItemDefinition


class ItemRetired(Event):
    """A version may no longer be submitted. `replaced_by` is the version that took its place, if any."""

    TYPE: ClassVar[str] = "catalog.item.retired"
    TOPIC: ClassVar[str] = topics.CATALOG_ITEMS
    KEY: ClassVar[str] = "item_code"

    item_code: str
    item_version: int
    retired_at: datetime
    replaced_by: int | None = None
