"""The job that gives a leg to the courier: one order number for ever, asked until an answer comes."""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from courier_svc.domain.address import Address
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import WITH_COURIER, Move, State

from .desk import POLL_TRACES, Desk, tell
from .give_back_order import give_back
from .ports import AddressUnknown, OrderRefused, Parcel, ShipmentChangedMeanwhile


async def place_order(desk: Desk, job: Job, begin: Begin) -> None:
    shipment = await _wanted(desk, job, begin)
    if shipment is None:
        return
    try:
        address = await _address(desk, begin, shipment)
        waybill_no = await desk.carrier(shipment).calls.place_order(_parcel(desk, shipment, address))
    except ShipmentChangedMeanwhile:  # before the courier was asked: begin again
        async with begin() as uow:
            await job.again(uow, now())
    except AddressUnknown:
        await _refused(desk, job, begin, shipment, "no_address")
    except OrderRefused as refusal:
        await _refused(desk, job, begin, shipment, f"refused:{refusal.code}")
    else:
        await _placed(desk, job, begin, shipment, waybill_no)


async def _wanted(desk: Desk, job: Job, begin: Begin) -> Shipment | None:
    """The shipment whose order is to be placed; None, and the job is done, where it is unwanted or answered."""
    async with begin() as uow:
        shipment = await desk.shipments.get(uow, UUID(job.payload["shipment_id"]))
        if shipment is not None and _is_wanted(shipment, job.key):
            return shipment
        if shipment is not None and shipment.state in WITH_COURIER:
            _poll_later(desk, uow, shipment)  # the courier's push was faster than its answer
        await job.done(uow)
    return None


def _is_wanted(shipment: Shipment, order_no: str) -> bool:
    if shipment.cancel_requested_at is not None or shipment.sealed_next_address is not None:
        return False
    is_next = shipment.order_no == order_no and shipment.state is State.REQUESTED
    return is_next and not shipment.awaits_postage


async def _address(desk: Desk, begin: Begin, shipment: Shipment) -> Address:
    """Where it goes; noted before the courier is asked, so that it is fetched once, not at every attempt.

    Raises AddressUnknown; ShipmentChangedMeanwhile.
    """
    address = desk.open(shipment) or await desk.addresses.fetch(shipment.case_id, shipment.direction)
    if shipment.ordered_at is None or shipment.sealed_address is None:
        sealed = shipment.sealed_address or desk.seal(shipment.id, address)
        async with begin() as uow:
            desk.shipments.note_asked(uow, shipment, now(), sealed)
    return address


def _parcel(desk: Desk, shipment: Shipment, address: Address) -> Parcel:
    office = desk.office_of(shipment.unit)
    outward = shipment.direction == "to_applicant"
    return Parcel(
        order_no=shipment.order_no,
        sender=office if outward else address,
        receiver=address if outward else office,
        id_bound=shipment.id_bound,
    )


async def _placed(desk: Desk, job: Job, begin: Begin, asked: Shipment, waybill_no: str) -> None:
    before = asked.version
    try:
        async with begin() as uow:
            await _apply(desk, job, uow, asked, waybill_no)
            desk.shipments.place(uow, asked, before)
    except ShipmentChangedMeanwhile:  # a push was faster, or it was given up while the courier answered
        await _placed_after_all(desk, job, begin, asked, waybill_no)


async def _placed_after_all(desk: Desk, job: Job, begin: Begin, asked: Shipment, waybill_no: str) -> None:
    async with begin() as uow:
        shipment = await _lock(desk, uow, asked)
        if shipment.order_no != asked.order_no or shipment.state is State.CANCELLED:
            # The order that nobody wants is given back.
            give_back(uow, asked, waybill_no)
            await job.done(uow)
            return
        await _apply(desk, job, uow, shipment, waybill_no)
        desk.shipments.save(uow, shipment)
        desk.shipments.note_waybill(uow, shipment)


async def _apply(desk: Desk, job: Job, uow: UnitOfWork, shipment: Shipment, waybill_no: str) -> None:
    shipment.waybill_no = shipment.waybill_no or waybill_no
    tell(uow, shipment.move(Move.PLACED, now()))
    _poll_later(desk, uow, shipment)
    await job.done(uow)


async def _refused(desk: Desk, job: Job, begin: Begin, asked: Shipment, why: str) -> None:
    async with begin() as uow:
        shipment = await _lock(desk, uow, asked)
        if shipment.order_no == asked.order_no and shipment.state is State.REQUESTED:
            tell(uow, shipment.move(Move.REFUSED, now()))
            shipment.attention = why
            desk.shipments.save(uow, shipment)
        await job.done(uow)


async def _lock(desk: Desk, uow: UnitOfWork, asked: Shipment) -> Shipment:
    shipment = await desk.shipments.lock(uow, asked.id)
    assert shipment is not None, "shipments are never deleted"
    return shipment


def _poll_later(desk: Desk, uow: UnitOfWork, shipment: Shipment) -> None:
    uow.enqueue(POLL_TRACES, str(shipment.id), run_at=now() + desk.policy.poll_after)
