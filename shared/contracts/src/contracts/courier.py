"""Events of courier-svc. Waybill numbers are facts; addresses and names never travel here."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from . import topics
from .events import Event


class _ShipmentEvent(Event):
    TOPIC: ClassVar[str] = topics.COURIER_SHIPMENTS
    KEY: ClassVar[str] = "shipment_id"

    shipment_id: UUID
    case_id: UUID
    direction: Literal["to_applicant", "from_applicant"]
    occurred_at: datetime
    waybill_no: str | None = None


class ShipmentCreated(_ShipmentEvent):
    """The courier gave a waybill number."""

    TYPE: ClassVar[str] = "courier.shipment.created"


class ShipmentPickedUp(_ShipmentEvent):
    TYPE: ClassVar[str] = "courier.shipment.picked_up"


class ShipmentDelivered(_ShipmentEvent):
    TYPE: ClassVar[str] = "courier.shipment.delivered"


class ShipmentReturned(_ShipmentEvent):
    """Back with us; it can be sent again under a new waybill."""

    TYPE: ClassVar[str] = "courier.shipment.returned"
    reason: str


class ShipmentCancelled(_ShipmentEvent):
    """Nothing is to be sent any more. `carried`: a courier had it before, it came back, and was to go out again."""

    TYPE: ClassVar[str] = "courier.shipment.cancelled"
    carried: bool = False


class ShipmentClaimMoved(_ShipmentEvent):
    """A claim about a lost or damaged parcel went on. A step of its shipment: versions are the shipment's.

    `reissue`: what was in it is made anew and sent again, free of postage; told once a claim, with the step that
    decides it. `acted_by` opened it for the applicant, by `mandate_id`.
    """

    TYPE: ClassVar[str] = "courier.shipment.claim_moved"
    claim_id: UUID
    case_no: str
    applicant_id: UUID
    kind: Literal["lost", "damaged"]
    state: Literal["opened", "with_courier", "compensated", "refused", "found"]
    reissue: bool = False
    compensation_cents: int | None = None
    officer_id: UUID | None = None
    acted_by: UUID | None = None
    mandate_id: UUID | None = None


class _ParcelAct(Event):
    """Somebody did something with a parcel before the courier had it, or after it came back.

    Keyed by the act, not by the shipment: readers tell people of it, whatever the courier says meanwhile.
    """

    TOPIC: ClassVar[str] = topics.COURIER_SHIPMENTS
    KEY: ClassVar[str] = "act_id"

    act_id: UUID
    shipment_id: UUID
    case_id: UUID
    case_no: str
    applicant_id: UUID
    occurred_at: datetime
    officer_id: UUID | None = None
    """An officer of the unit did it."""
    acted_by: UUID | None = None
    """The account that did it for the applicant, by `mandate_id`; null where they did it themselves."""
    mandate_id: UUID | None = None


class ShipmentAddressChanged(_ParcelAct):
    TYPE: ClassVar[str] = "courier.shipment.address_changed"


class ShipmentSentAgain(_ParcelAct):
    """Under a new waybill; perhaps to another address."""

    TYPE: ClassVar[str] = "courier.shipment.sent_again"
