"""Reads `courier.shipments.v1`: what is not sent after all."""

from chassis.db import UnitOfWork
from chassis.messages.received import Handlers, Received
from contracts.courier import ShipmentCancelled

from ..application.handlers import UseCases, on_events


def shipment_handlers(use: UseCases) -> Handlers:
    run = on_events(use)[ShipmentCancelled]
    assert run is not None

    async def handle(event: Received[ShipmentCancelled], uow: UnitOfWork) -> None:
        await run(event.data, uow)

    return {ShipmentCancelled: handle}
