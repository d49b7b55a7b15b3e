"""Reads `case.days.v1`: what case-svc counted of a day."""

from collections.abc import Callable
from datetime import date

from chassis.db import UnitOfWork
from chassis.messages.received import Handlers, Received
from chassis.parity import keep_tally
from contracts.case import CaseDayTallied


def day_handlers(compare: Callable[[UnitOfWork, date], None]) -> Handlers:
    """What is new is kept, and its day compared."""

    async def keep(event: Received[CaseDayTallied], uow: UnitOfWork) -> None:
        if await keep_tally(uow, event.data):
            compare(uow, event.data.day)

    return {CaseDayTallied: keep}
