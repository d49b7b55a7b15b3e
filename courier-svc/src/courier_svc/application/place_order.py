"""The job that gives a leg to the courier: one order number for ever, asked until an answer comes."""

from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from courier_svc.domain.address import Address
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.transitions import WITH_COURIER, Move, State

from .desk import CANCEL_ORDER, POLL_TRACES, Desk, tell
from .ports import AddressUnknown, OrderRefused, Parcel


async def place_order(desk: Desk, job: Job, begin: Begin) -> None:
    shipment_id = UUID(job.payload["shipment_id"])
    async with begin() as uow:
        shipment = await desk.shipments.begin_order(uow, shipment_id, job.key)
        if shipment is None:  # cancelled, readdressed, or the courier's push was faster than its answer
            present = await desk.shipments.get(uow, shipment_id)
            if present is not None and present.state in WITH_COURIER:
                _poll_later(desk, uow, present)
            await job.done(uow)
            return
    try:
        address = desk.open(shipment) or await desk.addresses.fetch(shipment.case_id, shipment.direction)
        waybill_no = await _ask(desk, begin, shipment, address)
    except AddressUnknown:
        await _refused(desk, job, begin, shipment, "no_address")
    except OrderRefused as refusal:
        await _refused(desk, job, begin, shipment, f"refused:{refusal.code}")
    else:
        await _placed(desk, job, begin, shipment, address, waybill_no)


async def _ask(desk: Desk, begin: Begin, shipment: Shipment, address: Address) -> str:
    office = desk.office_of(shipment.unit)
    outward = shipment.direction == "to_applicant"
    parcel = Parcel(
        order_no=shipment.order_no,
        direction=shipment.direction,
        sender=office if outward else address,
        receiver=address if outward else office,
    )
    try:
        return await desk.courier.place_order(parcel)
    except OrderRefused:
        raise
    except Exception:
        if shipment.sealed_address is None:  # fetched once, not at every attempt
            async with begin() as uow:
                await desk.shipments.keep_address(uow, shipment.id, desk.seal(shipment.id, address))
        raise


async def _placed(
    desk: Desk, job: Job, begin: Begin, asked: Shipment, address: Address, waybill_no: str
) -> None:
    async with begin() as uow:
        shipment = await _lock(desk, uow, asked)
        if shipment.order_no != asked.order_no or shipment.state is State.CANCELLED:
            # It was given up while the courier answered: the order that nobody wants is given back.
            uow.enqueue(CANCEL_ORDER, asked.order_no, {"shipment_id": str(asked.id)})
            await job.done(uow)
            return
        shipment.waybill_no = shipment.waybill_no or waybill_no
        if shipment.sealed_address is None:
            shipment.sealed_address = desk.seal(shipment.id, address)
        tell(uow, shipment.move(Move.PLACED, now()))
        await desk.shipments.save(uow, shipment)
        _poll_later(desk, uow, shipment)
        await job.done(uow)


async def _refused(desk: Desk, job: Job, begin: Begin, asked: Shipment, why: str) -> None:
    async with begin() as uow:
        shipment = await _lock(desk, uow, asked)
        if shipment.order_no == asked.order_no and shipment.state is State.REQUESTED:
            tell(uow, shipment.move(Move.REFUSED, now()))
            shipment.attention = why
            await desk.shipments.save(uow, shipment)
        await job.done(uow)


async def _lock(desk: Desk, uow: UnitOfWork, asked: Shipment) -> Shipment:
    shipment = await desk.shipments.lock(uow, asked.id)
    assert shipment is not None, "shipments are never deleted"
    return shipment


def _poll_later(desk: Desk, uow: UnitOfWork, shipment: Shipment) -> None:
    uow.enqueue(POLL_TRACES, str(shipment.id), run_at=now() + desk.policy.poll_after)
