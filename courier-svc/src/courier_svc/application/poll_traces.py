"""No push for a while, a hint, or one that contradicts what we know: the courier's own books are asked."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from contracts.events import Event

from courier_svc.domain.shipment import Shipment
from courier_svc.domain.tracking import Report
from courier_svc.domain.transitions import WITH_COURIER, Move, State

from .desk import Desk, tell
from .hear_report import judge_all
from .ports import Leg, ShipmentChangedMeanwhile, Standing, Traces

log = structlog.get_logger(__name__)

_SETTLED: Final = {State.DELIVERED: Move.DELIVERED, State.RETURNED: Move.CAME_BACK}
_FIRST_DOUBT: Final = timedelta(seconds=15)
"""The books may lag behind the push. Asked again after this, then after twice as long each time."""


async def poll_traces(desk: Desk, job: Job, begin: Begin) -> None:
    """Looks again and again, as long as a parcel is with its courier. Key: the shipment."""
    async with begin() as uow:
        shipment = await desk.shipments.get(uow, UUID(job.key))
        if shipment is None or not _open_question(shipment):
            await job.done(uow)
            return
        due = _last_news(shipment) + desk.policy.poll_after
        if due > now():
            await job.again(uow, due)
            return
    await _ask(desk, job, begin, shipment, lambda: now() + desk.policy.poll_after)


async def ask_now(desk: Desk, job: Job, begin: Begin) -> None:
    """Once, because of a push. Key: the shipment."""
    async with begin() as uow:
        shipment = await desk.shipments.get(uow, UUID(job.key))
    assert shipment is not None, "shipments are never deleted"
    await _ask(desk, job, begin, shipment, None)


async def _ask(
    desk: Desk, job: Job, begin: Begin, shipment: Shipment, later: Callable[[], datetime] | None
) -> None:
    """`later`: when to look again while the parcel is with its courier; otherwise the job is done."""
    asked = Leg(shipment.order_no, shipment.waybill_no)
    traces = await desk.carrier(shipment).calls.traces(asked)
    try:
        async with begin() as uow:
            present, ask_at = await _hear(desk, uow, shipment.id, asked, traces)
            if ask_at is None and later is not None and present.state in WITH_COURIER:
                ask_at = later()
            await (job.done(uow) if ask_at is None else job.again(uow, ask_at))
    except ShipmentChangedMeanwhile:  # a push was faster: ask again, and judge by what is known then
        async with begin() as uow:
            await job.again(uow, now())


async def _hear(
    desk: Desk, uow: UnitOfWork, shipment_id: UUID, asked: Leg, traces: Traces
) -> tuple[Shipment, datetime | None]:
    """The shipment as it is then, and when to ask again about a hint."""
    known = await desk.reports.known(uow, shipment_id, traces.reports)
    shipment = known.shipment
    if shipment.order_no != asked.order_no:  # sent again meanwhile; the answer is about the leg before
        return shipment, None
    version, attention = shipment.version, shipment.attention
    new = [report for report in traces.reports if report.event_id not in known.heard]
    told, judged = judge_all(desk, uow, shipment, new, "query")
    told += _settle(shipment, traces, desk.policy.silent_after)
    if judged:
        desk.reports.record(uow, shipment, judged)
    elif (shipment.version, shipment.attention) != (version, attention):
        desk.shipments.save(uow, shipment)
    tell(uow, told)
    return shipment, _doubt(desk, uow, shipment, traces.reports, known.doubted_since)


def _doubt(
    desk: Desk, uow: UnitOfWork, shipment: Shipment, reports: Sequence[Report], since: datetime | None
) -> datetime | None:
    """When to ask again about a hint that the answer does not bear out; after long enough, it is not true."""
    if since is None:
        return None
    age = now() - since
    if age < desk.policy.doubt_after:
        return now() + max(age, _FIRST_DOUBT)
    log.warning("hint_not_borne_out", shipment_id=str(shipment.id), courier=shipment.courier)
    desk.reports.doubt(uow, shipment, reports)
    return None


def _open_question(shipment: Shipment) -> bool:
    return shipment.state in WITH_COURIER or (shipment.state in _SETTLED and shipment.attention is not None)


def _last_news(shipment: Shipment) -> datetime:
    return shipment.last_heard_at or shipment.created_at or shipment.requested_at


def _settle(shipment: Shipment, traces: Traces, silent_after: timedelta) -> list[tuple[Event, int]]:
    """What the answer as a whole says, once its scans are judged."""
    wished_away = shipment.cancel_requested_at is not None or shipment.sealed_next_address is not None
    if traces.standing is not Standing.OPEN:
        shipment_refused = shipment.state is State.CREATED and not wished_away
        told = shipment.move(Move.REFUSED, now()) if shipment_refused else []
        if shipment.state in (*WITH_COURIER, State.NEEDS_ATTENTION):
            shipment.attention = None if wished_away else f"{traces.standing.value}_at_courier"
        return told
    if shipment.state in _SETTLED:
        if _last_word(traces.reports) is _SETTLED[shipment.state]:
            shipment.attention = None
    elif shipment.state in WITH_COURIER and now() - _last_news(shipment) > silent_after:
        shipment.attention = shipment.attention or "no_news"
    return []


def _last_word(reports: Sequence[Report]) -> Move | None:
    return next((report.move for report in reversed(reports) if report.move is not None), None)
