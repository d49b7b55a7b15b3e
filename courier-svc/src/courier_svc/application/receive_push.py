"""A courier's push at our door: verified over its raw bytes, stored, and applied in the same commit."""

import hashlib
from collections.abc import Mapping

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork

from courier_svc.domain.tracking import Report, Verdict

from .desk import Desk
from .hear_report import hear_report
from .ports import PushUnreadable

log = structlog.get_logger(__name__)


async def receive_push(desk: Desk, uow: UnitOfWork, headers: Mapping[str, str], body: bytes) -> None:
    """Returning means it may be acknowledged once this unit of work commits. Raises PushUnverified.

    Applying it is part of the statement that stores it, so both stand before the acknowledgement leaves;
    what cannot be read or applied is stored all the same.
    """
    desk.door.verify(headers, body)
    try:
        report = desk.door.read(body)
    except PushUnreadable as error:
        log.error("push_unreadable", cause=str(error))
        await desk.reports.hold(uow, _unread(body), "push", Verdict.UNREADABLE)
        return
    await hear_report(desk, uow, report, "push")


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
