"""Reads `case.days.v1`: what case-svc counted of a day."""

from chassis.db import UnitOfWork
from chassis.messages.received import Handlers, Received
from chassis.parity import keep_tally
from contracts.case import CaseDayTallied


def day_handlers() -> Handlers:
    async def keep(event: Received[CaseDayTallied], uow: UnitOfWork) -> None:
        await keep_tally(uow, event.data)

    return {CaseDayTallied: keep}
