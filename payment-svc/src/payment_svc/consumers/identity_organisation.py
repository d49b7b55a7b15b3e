"""Reads `identity.organisation.v1`."""

from chassis.db import UnitOfWork
from chassis.messages.received import Handlers, Received
from contracts.identity import UnitDefined

from ..application.learn_unit import Units, learn_unit


def organisation_handlers(units: Units) -> Handlers:
    """The menu's entry for events of the organisation."""

    async def unit_defined(event: Received[UnitDefined], uow: UnitOfWork) -> None:
        await learn_unit(units, uow, event.data)

    return {UnitDefined: unit_defined}
