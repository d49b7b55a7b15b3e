"""One scan, from a push or from a query: stored, judged, and the shipment moved, all at once."""

from chassis.clock import now
from chassis.db import UnitOfWork

from courier_svc.domain.shipment import Shipment
from courier_svc.domain.tracking import Report, Verdict, judge
from courier_svc.domain.transitions import State

from .desk import POLL_TRACES, Desk, tell
from .ports import Source


async def hear_report(
    desk: Desk, uow: UnitOfWork, report: Report, source: Source, *, lock: bool = False
) -> None:
    """A repeat moves nothing; a report on an order we do not know is held until we do.

    Without `lock` the commit fails with ShipmentChangedMeanwhile, where another was faster.
    """
    shipment, heard = await desk.reports.about(uow, report, lock=lock)
    if shipment is None:
        desk.reports.hold(uow, report, source, Verdict.HELD)
        return
    if heard:
        desk.reports.repeat(uow, report)
        return
    moment = now()
    verdict, edges, attention = judge(shipment, report)
    if report.order_no == shipment.order_no:
        shipment.waybill_no = shipment.waybill_no or report.waybill_no
        shipment.last_heard_at = moment
    events = shipment.follow(edges, min(report.occurred_at, moment), reason=report.code)
    if verdict is Verdict.APPLIED:
        _tidy(shipment)
        desk.plan_purge(shipment, moment)
    shipment.attention = shipment.attention or attention
    desk.reports.record(uow, shipment, report, source, verdict)
    tell(uow, events)
    if verdict is Verdict.CONTRADICTION and source == "push":
        uow.enqueue(POLL_TRACES, str(shipment.id), {"now": True})


def _tidy(shipment: Shipment) -> None:
    """Wishes that the parcel's movement has overtaken."""
    if shipment.sealed_next_address is not None:
        shipment.sealed_next_address = None
        shipment.attention = "address_change_too_late"
    if shipment.cancel_requested_at is not None:
        shipment.cancel_requested_at = None
        shipment.attention = "cancel_too_late"
    if shipment.state is State.DELIVERED:
        shipment.attention = None
