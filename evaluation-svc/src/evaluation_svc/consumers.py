"""Events of all services: payload → use case."""

from collections.abc import Callable
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.messages.received import Handler, Handlers

from .application.handlers import EVENTS, OnEvent
from .application.ports import Desk


def event_handlers(desk: Callable[[], Desk]) -> Handlers:
    """The menu's entries as the chassis wants them; `desk` is there once the service has started."""
    return {model: _handler(use_case, desk) for model, use_case in EVENTS.items()}


def _handler(use_case: OnEvent, desk: Callable[[], Desk]) -> Handler:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        await use_case(desk(), uow, event)

    return handle
