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
    TYPE: ClassVar[str] = "courier.shipment.cancelled"
