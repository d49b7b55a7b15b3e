"""The unit prints the label that goes onto the parcel. It shows the applicant's address, so they see who printed it."""

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7

from courier_svc.domain.acts import Act, Doer
from courier_svc.domain.errors import CourierNotAnswering, NoLabel
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import State

from .desk import Desk
from .ports import CourierUnavailable


async def print_label(desk: Desk, uow: UnitOfWork, shipment: Shipment, by: Doer) -> bytes:
    """The PDF, asked of the courier before anything is written. Raises NoLabel, CourierNotAnswering."""
    if shipment.state is not State.CREATED or shipment.waybill_no is None:
        raise NoLabel(shipment.state)
    try:
        label = await desk.carrier(shipment).calls.label(shipment.waybill_no)
    except CourierUnavailable as error:
        raise CourierNotAnswering() from error
    desk.shipments.add_act(uow, Act(uuid7(), shipment.id, "label_printed", now(), by))
    return label
