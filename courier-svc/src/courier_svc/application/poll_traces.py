"""No push for a while, or one that contradicts what we know: the courier's own books are asked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from courier_svc.domain.shipment import Shipment
from courier_svc.domain.tracking import Report
from courier_svc.domain.transitions import WITH_COURIER, Move, State

from .desk import Desk, tell
from .hear_report import hear_report
from .ports import Standing, Traces

_SETTLED = {State.DELIVERED: Move.DELIVERED, State.RETURNED: Move.CAME_BACK}


async def poll_traces(desk: Desk, job: Job, begin: Begin) -> None:
    shipment_id = UUID(job.key)
    async with begin() as uow:
        shipment = await desk.shipments.get(uow, shipment_id)
        if shipment is None or not _open_question(shipment):
            await job.done(uow)
            return
        due = _last_news(shipment) + desk.policy.poll_after
        if due > now() and not job.payload.get("now"):
            await job.again(uow, due)
            return
    traces = await desk.courier.traces(shipment.order_no)
    async with begin() as uow:
        for report in traces.reports:
            await hear_report(desk, uow, report, "query", lock=True)
        present = await desk.shipments.lock(uow, shipment_id)
        assert present is not None, "shipments are never deleted"
        if present.order_no == shipment.order_no:
            _settle(desk, uow, present, traces)
        if present.state in WITH_COURIER:
            await job.again(uow, now() + desk.policy.poll_after, {})
        else:
            await job.done(uow)


def _open_question(shipment: Shipment) -> bool:
    return shipment.state in WITH_COURIER or (shipment.state in _SETTLED and shipment.attention is not None)


def _last_news(shipment: Shipment) -> datetime:
    return shipment.last_heard_at or shipment.created_at or shipment.requested_at


def _settle(desk: Desk, uow: UnitOfWork, shipment: Shipment, traces: Traces) -> None:
    wished_away = shipment.cancel_requested_at is not None or shipment.sealed_next_address is not None
    before = shipment.attention
    if traces.standing is not Standing.OPEN:
        if shipment.state is State.CREATED and not wished_away:
            tell(uow, shipment.move(Move.REFUSED, now()))
        shipment.attention = None if wished_away else f"{traces.standing.value}_at_courier"
    elif shipment.state in _SETTLED:
        if _last_word(traces.reports) is _SETTLED[shipment.state]:
            shipment.attention = None
    elif now() - _last_news(shipment) > desk.policy.silent_after:
        shipment.attention = shipment.attention or "no_news"
    if shipment.attention != before:
        desk.shipments.save(uow, shipment)


def _last_word(reports: Sequence[Report]) -> Move | None:
    return next((report.move for report in reversed(reports) if report.move is not None), None)
