"""News of parcels: those to the applicant move the case, fetched originals are told in its history."""

from contracts.courier import ShipmentDelivered, ShipmentPickedUp, ShipmentReturned

from ..domain import fulfilment
from ..domain.case import Case, Circumstances, Moved, Note
from ..domain.fulfilment import ParcelNews

Shipment = ShipmentPickedUp | ShipmentDelivered | ShipmentReturned


def follow_pick_up(case: Case, around: Circumstances, shipment: ShipmentPickedUp) -> Moved | Note:
    return _follow(case, around, ParcelNews.PICKED_UP, shipment)


def follow_delivery(case: Case, around: Circumstances, shipment: ShipmentDelivered) -> Moved | Note:
    return _follow(case, around, ParcelNews.DELIVERED, shipment)


def follow_return(case: Case, around: Circumstances, shipment: ShipmentReturned) -> Moved | Note:
    return _follow(case, around, ParcelNews.RETURNED, shipment)


def _follow(case: Case, around: Circumstances, news: ParcelNews, shipment: Shipment) -> Moved | Note:
    if shipment.direction == "to_applicant":
        moved = fulfilment.follow_parcel(case, news, shipment.shipment_id, around)
        if moved is not None:
            for step in moved.taken:
                step.facts.setdefault("waybill_no", shipment.waybill_no)
            return moved
    about = f"parcel_{news.value}" if shipment.direction == "to_applicant" else f"originals_{news.value}"
    facts = {"shipment_id": str(shipment.shipment_id), "waybill_no": shipment.waybill_no}
    return Note(case.id, about, shipment.occurred_at, facts)
