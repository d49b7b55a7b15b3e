"""Scans, from pushes or from the courier's books: stored, judged, and the shipment moved, all at once."""

from collections.abc import Sequence
from dataclasses import replace

from chassis.clock import now
from chassis.db import UnitOfWork
from contracts.events import Event

from courier_svc.domain.proof import Proof
from courier_svc.domain.shipment import Shipment
from courier_svc.domain.tracking import Report, Verdict, judge
from courier_svc.domain.transitions import Move, State

from .desk import ASK_NOW, Desk, tell
from .ports import Judged, Source


async def hear_push(desk: Desk, uow: UnitOfWork, report: Report, *, lock: bool = False) -> None:
    """A repeat moves nothing; a report on an order we do not know is held until we do.

    What a push of this courier does not prove is kept as a hint, and the courier's books are asked at once.
    Without `lock` the commit fails with ShipmentChangedMeanwhile, where another was faster.
    """
    about = await desk.reports.about(uow, report, lock=lock)
    shipment = about.shipment
    if shipment is None:
        desk.reports.hold(uow, Judged(report, "push", Verdict.HELD))
        return
    report = replace(report, order_no=about.order_no)
    if about.heard is not None:
        desk.reports.repeat(uow, report)
    elif desk.carriers.named(report.courier).door.trust.covers(report.move):
        events, judged = judge_all(desk, uow, shipment, [report], "push")
        desk.reports.record(uow, shipment, judged)
        tell(uow, events)
        if judged[0].verdict is not Verdict.CONTRADICTION:
            return
    else:
        desk.reports.hint(uow, shipment, report)
    if report.order_no == shipment.order_no and about.heard in (None, Verdict.HINT):
        uow.enqueue(ASK_NOW, str(shipment.id))


def judge_all(
    desk: Desk, uow: UnitOfWork, shipment: Shipment, reports: Sequence[Report], source: Source
) -> tuple[list[tuple[Event, int]], list[Judged]]:
    """Moves the shipment by `reports`, in their order; what is to be told, and what was made of each.

    A waybill first heard of here, because the order's answer was lost, is noted of the leg.
    """
    moment, waybill_no = now(), shipment.waybill_no
    told: list[tuple[Event, int]] = []
    judged = []
    for report in reports:
        verdict, edges, attention = judge(shipment, report)
        if report.order_no == shipment.order_no:
            shipment.waybill_no = shipment.waybill_no or report.waybill_no
            shipment.last_heard_at = moment
        told += shipment.follow(edges, min(report.occurred_at, moment), reason=report.code)
        if verdict is Verdict.APPLIED:
            _tidy(shipment)
            desk.plan_purge(shipment, moment)
            if report.move is Move.DELIVERED:
                desk.keep_proof(shipment, _proof(desk, shipment, report), moment)
        shipment.attention = shipment.attention or attention
        judged.append(Judged(report, source, verdict))
    if shipment.waybill_no != waybill_no:
        desk.shipments.note_waybill(uow, shipment)
    return told, judged


def _proof(desk: Desk, shipment: Shipment, report: Report) -> Proof:
    door = desk.carriers.named(report.courier).door
    words = door.description(report.body)
    return Proof(report.occurred_at, words, door.hand_over(report.body), shipment.id_bound)


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
