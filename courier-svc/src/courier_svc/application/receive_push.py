"""A courier's push at our door: verified over its raw bytes, stored, and applied in the same commit."""

import hashlib
from collections.abc import Mapping
from typing import Final

import structlog
from chassis.clock import now
from chassis.jobs import Begin

from courier_svc.domain.tracking import Report, Verdict

from .desk import Desk
from .hear_report import hear_report
from .ports import PushUnreadable, ShipmentChangedMeanwhile

log = structlog.get_logger(__name__)

_UNLOCKED_TRIES: Final = 2


async def receive_push(desk: Desk, begin: Begin, headers: Mapping[str, str], body: bytes) -> None:
    """Returning means it stands and may be acknowledged. Raises PushUnverified.

    Applying it is part of the statement that stores it, so both stand before the acknowledgement leaves;
    what cannot be read or applied is stored all the same.
    """
    desk.door.verify(headers, body)
    try:
        report = desk.door.read(body)
    except PushUnreadable as error:
        log.error("push_unreadable", cause=str(error))
        async with begin() as uow:
            desk.reports.hold(uow, _unread(body), "push", Verdict.UNREADABLE)
        return
    async with desk.turns.of(report.order_no):
        await _hear(desk, begin, report)


async def _hear(desk: Desk, begin: Begin, report: Report) -> None:
    """Judged by what was read, and again when that has changed by the time it is written; at last under lock."""
    for _ in range(_UNLOCKED_TRIES):
        try:
            async with begin() as uow:
                await hear_report(desk, uow, report, "push")
            return
        except ShipmentChangedMeanwhile:
            log.info("shipment_changed_meanwhile", order_no=report.order_no)
    async with begin() as uow:
        await hear_report(desk, uow, report, "push", lock=True)


def _unread(body: bytes) -> Report:
    return Report(
        event_id="sha256:" + hashlib.sha256(body).hexdigest(),
        order_no="",
        waybill_no=None,
        code="",
        move=None,
        occurred_at=now(),
        body=body,
    )
