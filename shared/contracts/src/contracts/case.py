"""Events of case-svc: every edge of the path of a case (办件), in the transaction that moved it.

Each carries the facts that later readers count by (item, unit, department, applicant), so that
nobody has to ask case-svc what an event was about.
"""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from . import topics
from .events import Event
from .tallies import DayTallied


class _CaseEvent(Event):
    """What every event of a case says. `state` is the state after the edge."""

    TOPIC: ClassVar[str] = topics.CASE_CASES
    KEY: ClassVar[str] = "case_id"

    case_id: UUID
    case_no: str
    item_code: str
    item_version: int
    department: str
    unit: str
    applicant_id: UUID
    state: str
    occurred_at: datetime
    actor: Literal["applicant", "officer", "clock", "system"]
    officer_id: UUID | None = None
    acted_by: UUID | None = None
    """The account that did it for the applicant, by `mandate_id`; null where they did it themselves."""
    mandate_id: UUID | None = None


class CaseSubmitted(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.submitted"
    response_due_at: datetime | None = None


class CaseSupplementRequested(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.supplement_requested"


class CaseSupplemented(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.supplemented"
    response_due_at: datetime | None = None


class CaseAccepted(_CaseEvent):
    """`actor` is `clock` when silence counted as acceptance (行政许可法 §32)."""

    TYPE: ClassVar[str] = "case.case.accepted"
    promise_due_at: datetime | None = None


class CaseNotAccepted(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.not_accepted"


class PickupRequested(_CaseEvent):
    """The originals must be fetched from the applicant; courier-svc fetches the address by id."""

    TYPE: ClassVar[str] = "case.case.pickup_requested"


class CaseReviewed(_CaseEvent):
    """One level of several approved; the case waits for the next."""

    TYPE: ClassVar[str] = "case.case.reviewed"
    level: int
    levels: int


class CaseApproved(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.approved"
    promise_due_at: datetime | None = None
    in_time: bool = True


class CaseDenied(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.denied"
    promise_due_at: datetime | None = None
    in_time: bool = True


class CasePaymentRequested(_CaseEvent):
    """`amount_cents` is null when the issuing system knows the sum; payment-svc asks it."""

    TYPE: ClassVar[str] = "case.case.payment_requested"
    amount_cents: int | None
    amount_source: Literal["fixed", "issuing_system", "applicant"]
    purpose: str


class CasePostageRequested(_CaseEvent):
    """What is made will be sent, and its applicant pays the postage: an order of its own, to the postal company."""

    TYPE: ClassVar[str] = "case.case.postage_requested"
    amount_cents: int
    purpose: str


class CasePaid(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.paid"
    order_id: UUID
    amount_cents: int


class CaseClosedUnpaid(_CaseEvent):
    """Not paid within 15 working days."""

    TYPE: ClassVar[str] = "case.case.closed_unpaid"


class CaseProduced(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.produced"
    document_id: UUID


class CaseDispatchRequested(_CaseEvent):
    """The document waits to be sent; courier-svc fetches the address by id."""

    TYPE: ClassVar[str] = "case.case.dispatch_requested"
    postage_free: bool
    id_bound: bool = True
    """Handed to the named person, against the ID card."""


class CaseDispatched(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.dispatched"
    shipment_id: UUID


class CaseReturned(_CaseEvent):
    TYPE: ClassVar[str] = "case.case.returned"
    shipment_id: UUID


class CaseReissueStarted(_CaseEvent):
    """The parcel with the result was lost or came damaged: the old document is revoked, and a new one is made."""

    TYPE: ClassVar[str] = "case.case.reissue_started"
    shipment_id: UUID
    why: Literal["lost", "damaged"]
    revoked_document_id: UUID | None = None


class CaseCompleted(_CaseEvent):
    """The end of a case that was served. `deciding_officer_id` is whom a review is about."""

    TYPE: ClassVar[str] = "case.case.completed"
    deciding_officer_id: UUID | None = None
    how: Literal["delivered", "collected", "issued", "notified", "answered", "booked"]


class CaseWithdrawn(_CaseEvent):
    """By the applicant, before production started; payment-svc closes or refunds."""

    TYPE: ClassVar[str] = "case.case.withdrawn"


class CaseAddressChanged(_CaseEvent):
    """The result goes elsewhere, by the applicant's wish or by that of whoever acted for them. Nothing moved.

    Told from the submission until the address is courier-svc's; where it goes is asked there, by id. `postage_cents`:
    what sending it there costs the applicant; null where it is free.
    """

    TYPE: ClassVar[str] = "case.case.address_changed"
    postage_cents: int | None = None


class CaseOpenedByException(_CaseEvent):
    """An officer of another unit opened the case and gave a reason; they may read it `until` then. Nothing moved.

    `unit` and `department` are the case's, `officer_unit` and `officer_department` the officer's own: the supervisors
    of both are told.
    """

    TYPE: ClassVar[str] = "case.case.opened_by_exception"
    grant_id: UUID
    officer_unit: str
    officer_department: str
    until: datetime


class CaseDayTallied(DayTallied):
    """`case.paid`: cases that took the edge `pay`, each by its order, by when the money for it was booked."""

    TYPE: ClassVar[str] = "case.day.tallied"
    TOPIC: ClassVar[str] = topics.CASE_DAYS
