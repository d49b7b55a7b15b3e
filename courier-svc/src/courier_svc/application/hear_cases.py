"""What a batch of events about cases asks for: shipments asked for one after the other are opened together."""

from dataclasses import dataclass
from typing import Any

from chassis.db import UnitOfWork
from chassis.telemetry import context
from chassis.telemetry.context import WorkContext

from courier_svc.domain.shipment import Shipment

from .desk import Desk
from .give_back_order import concerns_parcels
from .handlers import EVENTS, OPENINGS
from .open_shipment import open_shipments


@dataclass(frozen=True, slots=True)
class Heard:
    """`work` is the event's own, so that what follows from it names it as its cause."""

    event: Any
    work: WorkContext | None


async def hear_cases(desk: Desk, uow: UnitOfWork, heard: list[Heard]) -> None:
    """In the order in which they came: whoever calls a shipment off finds what was asked for before."""
    wanted: dict[tuple[Any, str], Shipment] = {}
    for one in heard:
        if not concerns_parcels(one.event):
            continue
        opening = OPENINGS.get(type(one.event))
        shipment = opening(desk, one.event) if opening else None
        if wanted and (shipment is None or (shipment.case_id, shipment.direction) in wanted):
            await open_shipments(desk, uow, list(wanted.values()))
            wanted = {}
        if shipment is not None:
            wanted[shipment.case_id, shipment.direction] = shipment
            continue
        with context.within(one.work):
            await EVENTS[type(one.event)](desk, uow, one.event)
    if wanted:
        await open_shipments(desk, uow, list(wanted.values()))
