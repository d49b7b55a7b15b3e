"""A parcel that came back, or that the courier would not take, goes out again under a new waybill."""

from chassis.clock import now
from chassis.db import UnitOfWork

from courier_svc.domain.address import Address
from courier_svc.domain.errors import IllegalMove, NoLongerWanted
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import Move

from .desk import PLACE_ORDER, Desk, tell


def send_again(desk: Desk, uow: UnitOfWork, shipment: Shipment, address: Address | None) -> None:
    """Begins the next leg of a locked shipment. Raises NoLongerWanted, IllegalMove.

    Without `address` it goes to the one given here before, else to the case's, asked for afresh: the
    applicant may have corrected it there since.
    """
    if shipment.called_off is not None:
        raise NoLongerWanted(shipment.called_off)
    if not shipment.can(Move.SENT_AGAIN):
        raise IllegalMove(
            shipment.state,
            "只有退回的或需要人工处理的寄递可以重新寄出。",
            "only a returned one, or one that needs attention, can be sent again.",
        )
    tell(uow, shipment.move(Move.SENT_AGAIN, now()))
    if address is not None:
        shipment.sealed_address, shipment.address_given = desk.seal(shipment.id, address), True
    elif not shipment.address_given:
        shipment.sealed_address = None
    begin_next_leg(desk, uow, shipment, "sent_again")


def begin_next_leg(desk: Desk, uow: UnitOfWork, shipment: Shipment, why: str) -> None:
    """Saves the shipment with a new order number and puts that order to work."""
    shipment.begin_leg(desk.carriers.choose(shipment.unit, shipment.direction))
    desk.shipments.save(uow, shipment)
    desk.shipments.begin_leg(uow, shipment, why)
    uow.enqueue(PLACE_ORDER, shipment.order_no, {"shipment_id": str(shipment.id)})
