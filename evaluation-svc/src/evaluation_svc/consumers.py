"""Events of all services: payload → use case."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.messages.received import Handler, Handlers

from .application.handlers import EVENTS, OnEvent
from .application.keep_batch import keep_batch
from .application.ports import Desk
from .application.record_event import Recorded

Keep = Callable[[UnitOfWork, list[Recorded]], Awaitable[None]]


def event_handlers(desk: Callable[[], Desk]) -> Handlers:
    """The menu's entries as the chassis wants them; `desk` is there once the service has started."""

    async def keep(uow: UnitOfWork, recorded: list[Recorded]) -> None:
        await keep_batch(desk(), uow, recorded)

    return {model: _handler(use_case, keep) for model, use_case in EVENTS.items()}


def _handler(use_case: OnEvent, keep: Keep) -> Handler:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        uow.gather(keep, use_case(event))

    return handle
