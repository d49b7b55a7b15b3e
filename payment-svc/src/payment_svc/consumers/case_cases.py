"""Reads `case.cases.v1`."""

from typing import Any

from chassis.db import UnitOfWork
from chassis.messages.received import Handler, Handlers, Received
from contracts.topics import CASE_CASES

from ..application.handlers import EventHandler, UseCases, on_events


def case_handlers(use: UseCases) -> Handlers:
    """The menu's entries for events of cases."""
    return {model: _reading(run) for model, run in on_events(use).items() if model.TOPIC == CASE_CASES}


def _reading(run: EventHandler) -> Handler:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        await run(event.data, uow)

    return handle
