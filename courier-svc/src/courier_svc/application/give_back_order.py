"""An order is taken back from the courier: the case no longer wants it sent, or the address changed in time."""

from typing import Any
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from contracts.case import CaseCompleted, CaseWithdrawn

from courier_svc.domain.address import Address
from courier_svc.domain.errors import IllegalMove, NoLongerWanted
from courier_svc.domain.shipment import CalledOff, Shipment
from courier_svc.domain.transitions import ENDED, Move, State

from .desk import CANCEL_ORDER, PLACE_ORDER, Desk, tell
from .ports import CancelAnswer, Leg
from .send_again import begin_next_leg, send_again


def concerns_parcels(event: Any) -> bool:
    """Most cases complete because their parcel arrived, which we told."""
    return not isinstance(event, CaseCompleted) or event.how == "collected"


async def cancel_shipments_of_case(desk: Desk, uow: UnitOfWork, case: CaseWithdrawn) -> None:
    """The case was withdrawn: nothing of it is to travel, in either direction."""
    for shipment in await desk.shipments.lock_of_case(uow, case.case_id):
        _call_off(desk, uow, shipment, "withdrawn")


async def cancel_what_was_collected(desk: Desk, uow: UnitOfWork, case: CaseCompleted) -> None:
    """The applicant took the document at the window: the parcel that came back with it is not sent again.

    It may have been sent again a moment before, which case-svc learns only when the courier has it.
    """
    for shipment in await desk.shipments.lock_of_case(uow, case.case_id):
        if shipment.direction == "to_applicant":
            _call_off(desk, uow, shipment, "collected")


def _call_off(desk: Desk, uow: UnitOfWork, shipment: Shipment, why: CalledOff) -> None:
    """Cancels what has not left; what is on its way is shown to the unit; none is sent again."""
    if shipment.state in ENDED:
        return
    shipment.called_off = why
    if shipment.state in (State.PICKED_UP, State.IN_TRANSIT):
        shipment.attention = f"{why}_under_way"
    elif shipment.can(Move.CANCELLED) and _courier_may_know(shipment):
        shipment.cancel_requested_at = now()
        shipment.sealed_next_address = None
        give_back(uow, shipment, shipment.waybill_no)
    elif shipment.can(Move.CANCELLED):
        tell(uow, shipment.move(Move.CANCELLED, now()))
        desk.plan_purge(shipment, now())
    desk.shipments.save(uow, shipment)


def change_address(desk: Desk, uow: UnitOfWork, shipment: Shipment, address: Address) -> None:
    """Until the courier has the parcel: at once where it knows nothing, else after it gave the order back.

    Raises IllegalMove once it is too late, NoLongerWanted once the case wants nothing sent.
    """
    if shipment.called_off is not None:
        raise NoLongerWanted(shipment.called_off)
    if shipment.state is State.NEEDS_ATTENTION:
        send_again(desk, uow, shipment, address)
        return
    if shipment.state not in (State.REQUESTED, State.CREATED) or shipment.cancel_requested_at is not None:
        raise IllegalMove(
            shipment.state,
            "地址已不能修改；如被退回，可用新地址重新寄出。",
            "the address can no longer change; if it comes back, send it again to a new one.",
        )
    if _courier_may_know(shipment):
        shipment.sealed_next_address = desk.seal(shipment.id, address)
        give_back(uow, shipment, shipment.waybill_no)
    else:
        shipment.sealed_address, shipment.address_given = desk.seal(shipment.id, address), True
    desk.shipments.save(uow, shipment)


async def cancel_order(desk: Desk, job: Job, begin: Begin) -> None:
    """The job that asks the courier. Key: the order number; that order is never used again afterwards."""
    shipment_id, order_no = UUID(job.payload["shipment_id"]), job.key
    async with begin() as uow:
        shipment = await desk.shipments.get(uow, shipment_id)
        if shipment is None or not _still_wished(shipment, order_no):
            await job.done(uow)
            return
    carrier = desk.carriers.named(job.payload.get("courier") or shipment.courier)
    answer = await carrier.calls.cancel_order(Leg(order_no, job.payload.get("waybill_no")), "寄件方取消")
    async with begin() as uow:
        present = await desk.shipments.lock(uow, shipment_id)
        assert present is not None, "shipments are never deleted"
        if present.order_no == order_no and _still_wished(present, order_no):
            _apply(desk, uow, present, answer)
        await job.done(uow)


def _apply(desk: Desk, uow: UnitOfWork, shipment: Shipment, answer: CancelAnswer) -> None:
    cancelled = shipment.cancel_requested_at is not None
    if answer is CancelAnswer.TOO_LATE:
        shipment.attention = "cancel_too_late" if cancelled else "address_change_too_late"
        shipment.cancel_requested_at = shipment.sealed_next_address = None
        if shipment.state is State.REQUESTED:  # it has the parcel, and its answer with the waybill was lost
            uow.enqueue(PLACE_ORDER, shipment.order_no, {"shipment_id": str(shipment.id)})
    elif cancelled:
        tell(uow, shipment.move(Move.CANCELLED, now()))
        desk.plan_purge(shipment, now())
    elif shipment.sealed_next_address is not None:
        tell(uow, shipment.move(Move.READDRESSED, now()))
        shipment.sealed_address, shipment.sealed_next_address = shipment.sealed_next_address, None
        shipment.address_given = True
        begin_next_leg(desk, uow, shipment, "readdressed")
        return
    desk.shipments.save(uow, shipment)


def _still_wished(shipment: Shipment, order_no: str) -> bool:
    if shipment.order_no != order_no or shipment.state is State.CANCELLED:
        return True  # an order that was given up while the courier was answering
    return shipment.cancel_requested_at is not None or shipment.sealed_next_address is not None


def _courier_may_know(shipment: Shipment) -> bool:
    return shipment.ordered_at is not None and shipment.state is not State.NEEDS_ATTENTION


def give_back(uow: UnitOfWork, shipment: Shipment, waybill_no: str | None) -> None:
    """Puts to work that the courier of the present leg takes its order back."""
    known = {"shipment_id": str(shipment.id), "courier": shipment.courier, "waybill_no": waybill_no}
    uow.enqueue(CANCEL_ORDER, shipment.order_no, known)
