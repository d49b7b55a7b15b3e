"""News of parcels: those to the applicant move the case, fetched originals are told in its history."""

from typing import Any

from chassis.people import NOBODY
from contracts.courier import ShipmentClaimMoved, ShipmentDelivered, ShipmentPickedUp, ShipmentReturned

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


def follow_claim(case: Case, around: Circumstances, claim: ShipmentClaimMoved) -> Moved | Note:
    """A claim is told in the history; once it is decided, what was in the parcel is made anew."""
    facts: dict[str, Any] = {
        "shipment_id": str(claim.shipment_id),
        "waybill_no": claim.waybill_no,
        "kind": claim.kind,
        "state": claim.state,
        "direction": claim.direction,
    }
    if claim.compensation_cents is not None:
        facts["compensation_cents"] = claim.compensation_cents
    if claim.acted_by is not None:
        facts |= {"acted_by": str(claim.acted_by), "mandate_id": str(claim.mandate_id)}
    if claim.reissue and claim.direction == "to_applicant" and case.applicant_id != NOBODY:
        moved = fulfilment.reissue(case, around, shipment_id=claim.shipment_id, why=claim.kind)
        if moved is not None:
            return moved
    return Note(case.id, "parcel_claim", claim.occurred_at, facts)


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
