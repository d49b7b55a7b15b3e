"""Cases have something to send or to fetch: shipments are opened and the courier's orders put to work."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from contracts.case import CaseAddressChanged, CaseDispatchRequested, PickupRequested

from courier_svc.domain.shipment import Direction, Shipment, order_number
from courier_svc.domain.transitions import ENDED, Move, State

from .desk import PLACE_ORDER, Desk
from .send_again import send_again

log = structlog.get_logger(__name__)


def document_to_send(desk: Desk, case: CaseDispatchRequested) -> Shipment:
    return _requested(desk, case, "to_applicant", postage_free=case.postage_free, id_bound=case.id_bound)


def originals_to_fetch(desk: Desk, case: PickupRequested) -> Shipment:
    return _requested(desk, case, "from_applicant", postage_free=True, id_bound=False)


def _requested(
    desk: Desk,
    case: CaseDispatchRequested | PickupRequested,
    direction: Direction,
    *,
    postage_free: bool,
    id_bound: bool,
) -> Shipment:
    shipment_id = uuid7()
    return Shipment(
        id=shipment_id,
        case_id=case.case_id,
        case_no=case.case_no,
        applicant_id=case.applicant_id,
        unit=case.unit,
        department=case.department,
        direction=direction,
        postage_free=postage_free,
        id_bound=id_bound,
        courier=desk.carriers.choose(case.unit, direction),
        requested_at=now(),
        state=State.REQUESTED,
        version=0,
        leg=1,
        order_no=order_number(shipment_id, 1),
    )


async def open_shipments(desk: Desk, uow: UnitOfWork, wanted: Sequence[Shipment]) -> None:
    """Opens each. Where a case has one open already: sends a returned one again, leaves a moving one alone.

    No two of them are of the same case and direction.
    """
    paid = await desk.postage.meet(uow, [one.case_id for one in wanted if not one.postage_free])
    for shipment in wanted:
        shipment.postage_paid_at = paid.get(shipment.case_id)
    opened = await desk.shipments.add(uow, wanted)
    for shipment in wanted:
        before = opened.get(shipment.id)
        if before is not None and shipment.direction == "to_applicant":
            await _take_over(desk, uow, shipment.id, before)
        if shipment.id in opened and shipment.awaits_postage:
            log.info("shipment_awaits_postage", shipment_id=str(shipment.id))
        elif shipment.id in opened:
            uow.enqueue(PLACE_ORDER, shipment.order_no, {"shipment_id": str(shipment.id)})
        else:
            await _serve_by_the_present_one(desk, uow, shipment)


async def heed_new_address(desk: Desk, uow: UnitOfWork, case: CaseAddressChanged) -> None:
    """While it is made anew, the applicant may name another place: a later word than the one given at the parcel."""
    for shipment in await desk.shipments.lock_of_case(uow, case.case_id):
        if shipment.direction == "to_applicant" and shipment.state in ENDED and shipment.address_given:
            shipment.address_given = False
            desk.shipments.save(uow, shipment)


async def _take_over(desk: Desk, uow: UnitOfWork, shipment_id: UUID, before_id: UUID) -> None:
    """What was sent anew goes where its applicant wanted the parcel before it; its postage was used by that one.

    An address that was purged since, or never given here, is asked for as ever.
    """
    before = await desk.shipments.get(uow, before_id)
    shipment = await desk.shipments.lock(uow, shipment_id)
    assert before is not None and shipment is not None, "shipments are never deleted"
    shipment.carried_at = before.carried_at
    given = desk.open(before) if before.address_given else None
    if given is not None:
        shipment.sealed_address, shipment.address_given = desk.seal(shipment.id, given), True
    desk.shipments.save(uow, shipment)


async def _serve_by_the_present_one(desk: Desk, uow: UnitOfWork, wanted: Shipment) -> None:
    for present in await desk.shipments.lock_of_case(uow, wanted.case_id):
        if present.direction != wanted.direction:
            continue
        if present.can(Move.SENT_AGAIN) and present.called_off is None:
            send_again(desk, uow, present, None)
        else:
            log.info("shipment_already_open", shipment_id=str(present.id), state=present.state.value)
