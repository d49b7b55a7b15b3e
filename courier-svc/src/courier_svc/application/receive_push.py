"""A courier's push at our door: checked, stored, and applied in the same commit."""

import hashlib
from dataclasses import replace
from typing import Final

import structlog
from chassis.clock import now
from chassis.jobs import Begin
from chassis.telemetry import context

from courier_svc.domain.tracking import Report, Verdict

from .desk import Desk
from .hear_report import hear_push
from .ports import Carrier, Judged, Knock, PushUnreadable, ShipmentChangedMeanwhile

log = structlog.get_logger(__name__)

_UNLOCKED_TRIES: Final = 2


async def receive_push(desk: Desk, begin: Begin, carrier: Carrier, knock: Knock) -> None:
    """Returning means that every scan in it stands and it may be acknowledged. Raises PushUnverified.

    Applying a scan is part of the statement that stores it, so both stand before the acknowledgement leaves; what
    cannot be read or applied is stored all the same. Where the third of them fails, the first two are repeats when
    the push comes again.
    """
    if carrier.secrets is not None:
        await carrier.secrets.look(begin)
    try:
        scans = carrier.door.open(knock)
    except PushUnreadable as error:
        await _keep_unread(desk, begin, carrier, knock.body, error)
        return
    for scan in scans:
        try:
            report = replace(carrier.door.read(scan), request_id=context.request_id())
        except PushUnreadable as error:
            await _keep_unread(desk, begin, carrier, scan, error)
            continue
        async with desk.turns.of(report.order_no or report.waybill_no or ""):
            await _hear(desk, begin, report)


async def _hear(desk: Desk, begin: Begin, report: Report) -> None:
    """Judged by what was read, and again when that has changed by the time it is written; at last under lock."""
    for _ in range(_UNLOCKED_TRIES):
        try:
            async with begin() as uow:
                await hear_push(desk, uow, report)
            return
        except ShipmentChangedMeanwhile:
            log.info("shipment_changed_meanwhile", order_no=report.order_no)
    async with begin() as uow:
        await hear_push(desk, uow, report, lock=True)


async def _keep_unread(
    desk: Desk, begin: Begin, carrier: Carrier, body: bytes, error: PushUnreadable
) -> None:
    log.error("push_unreadable", courier=carrier.name, cause=str(error))
    report = Report(
        courier=carrier.name,
        event_id="sha256:" + hashlib.sha256(body).hexdigest(),
        order_no="",
        waybill_no=None,
        code="",
        move=None,
        occurred_at=now(),
        body=body,
        request_id=context.request_id(),
    )
    async with begin() as uow:
        desk.reports.hold(uow, Judged(report, "push", Verdict.UNREADABLE))
