"""Reads `case.cases.v1`."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages.received import Handler, Handlers, Received
from chassis.telemetry import context
from contracts.topics import CASE_CASES

from ..application.handlers import EventHandler, UseCases, on_events
from ..application.hear_cases import Heard, hear_cases

HearAll = Callable[[UnitOfWork, list[Heard]], Awaitable[None]]


def case_handlers(use: UseCases) -> Handlers:
    """The menu's entries for events of cases."""

    async def hear_all(uow: UnitOfWork, heard: list[Heard]) -> None:
        await hear_cases(use.open_order, uow, heard)

    return {
        model: _gatherer(run, hear_all) for model, run in on_events(use).items() if model.TOPIC == CASE_CASES
    }


def _gatherer(run: EventHandler | None, hear_all: HearAll) -> Handler:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        uow.gather(hear_all, Heard(event.data, run, context.current()))

    return handle
