"""A case has something to send or to fetch: a shipment is opened and the courier's order put to work."""

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.case import CaseDispatchRequested, PickupRequested

from courier_svc.domain.shipment import Direction, Shipment, order_number
from courier_svc.domain.transitions import Move, State

from .desk import PLACE_ORDER, Desk
from .send_again import send_again

log = structlog.get_logger(__name__)


async def send_document(desk: Desk, uow: UnitOfWork, case: CaseDispatchRequested) -> None:
    await _open(desk, uow, case, direction="to_applicant", postage_free=case.postage_free)


async def fetch_originals(desk: Desk, uow: UnitOfWork, case: PickupRequested) -> None:
    await _open(desk, uow, case, direction="from_applicant", postage_free=True)


async def _open(
    desk: Desk,
    uow: UnitOfWork,
    case: CaseDispatchRequested | PickupRequested,
    *,
    direction: Direction,
    postage_free: bool,
) -> None:
    """Opens one. Asked again while one is open: sends a returned one again, leaves a moving one alone."""
    shipment_id = uuid7()
    shipment = Shipment(
        id=shipment_id,
        case_id=case.case_id,
        case_no=case.case_no,
        applicant_id=case.applicant_id,
        unit=case.unit,
        department=case.department,
        direction=direction,
        postage_free=postage_free,
        requested_at=now(),
        state=State.REQUESTED,
        version=0,
        leg=1,
        order_no=order_number(shipment_id, 1),
    )
    if await desk.shipments.add(uow, shipment):
        uow.enqueue(PLACE_ORDER, shipment.order_no, {"shipment_id": str(shipment.id)})
        return
    for present in await desk.shipments.lock_of_case(uow, case.case_id):
        if present.direction != direction:
            continue
        if present.can(Move.SENT_AGAIN) and present.called_off is None:
            send_again(desk, uow, present, None)
        else:
            log.info("shipment_already_open", shipment_id=str(present.id), state=present.state.value)
