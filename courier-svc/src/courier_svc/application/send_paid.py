"""The postage was paid: what waited for it is given to the courier."""

from chassis.db import UnitOfWork
from contracts.payment import OrderPaid

from courier_svc.domain.transitions import State

from .desk import PLACE_ORDER, Desk


async def send_paid(desk: Desk, uow: UnitOfWork, order: OrderPaid) -> None:
    """Fees move nothing here. The money may come before the case has anything to send: it is remembered."""
    if order.kind != "postage":
        return
    await desk.postage.pay(uow, order.case_id, order.order_id, order.paid_at)
    for shipment in await desk.shipments.lock_of_case(uow, order.case_id):
        if shipment.direction != "to_applicant" or shipment.postage_paid_at is not None:
            continue
        shipment.postage_paid_at = order.paid_at
        desk.shipments.save(uow, shipment)
        if shipment.state is State.REQUESTED and shipment.called_off is None:
            uow.enqueue(PLACE_ORDER, shipment.order_no, {"shipment_id": str(shipment.id)})
