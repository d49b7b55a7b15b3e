"""News of parcels: those to the applicant move the case, fetched originals are told in its history."""

from chassis.db import UnitOfWork
from contracts.courier import ShipmentDelivered, ShipmentPickedUp, ShipmentReturned

from ..domain import fulfilment
from ..domain.errors import CaseNotFound
from ..domain.fulfilment import ParcelNews
from .desk import Desk
from .record_move import record

Shipment = ShipmentPickedUp | ShipmentDelivered | ShipmentReturned


async def follow_pick_up(desk: Desk, uow: UnitOfWork, shipment: ShipmentPickedUp) -> None:
    await _follow(desk, uow, ParcelNews.PICKED_UP, shipment)


async def follow_delivery(desk: Desk, uow: UnitOfWork, shipment: ShipmentDelivered) -> None:
    await _follow(desk, uow, ParcelNews.DELIVERED, shipment)


async def follow_return(desk: Desk, uow: UnitOfWork, shipment: ShipmentReturned) -> None:
    await _follow(desk, uow, ParcelNews.RETURNED, shipment)


async def _follow(desk: Desk, uow: UnitOfWork, news: ParcelNews, shipment: Shipment) -> None:
    case = await desk.cases.load(uow, shipment.case_id, for_update=True)
    if case is None:
        raise CaseNotFound
    if shipment.direction == "to_applicant":
        around = await desk.around(uow, case)
        moved = fulfilment.follow_parcel(case, news, shipment.shipment_id, around)
        if moved is not None:
            for step in moved.taken:
                step.facts.setdefault("waybill_no", shipment.waybill_no)
            await record(desk, uow, moved, around)
            return
    about = f"parcel_{news.value}" if shipment.direction == "to_applicant" else f"originals_{news.value}"
    facts = {"shipment_id": str(shipment.shipment_id), "waybill_no": shipment.waybill_no}
    desk.history.note(uow, case.id, about, shipment.occurred_at, facts)
