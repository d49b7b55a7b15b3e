"""Events of all services: payload → use case."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.messages.received import Handler, Handlers
from contracts.identity import AccountErased

from .application.handlers import EVENTS, OnEvent
from .application.keep_batch import keep_batch
from .application.ports import Desk
from .application.record_event import Recorded

Keep = Callable[[UnitOfWork, list[Recorded]], Awaitable[None]]


def event_handlers(desk: Callable[[], Desk], erase: Handler) -> Handlers:
    """The menu's entries as the chassis wants them; `desk` is there once the service has started."""

    async def keep(uow: UnitOfWork, recorded: list[Recorded]) -> None:
        await keep_batch(desk(), uow, recorded)

    handlers = {model: _handler(use_case, keep) for model, use_case in EVENTS.items()}
    record = handlers[AccountErased]

    async def record_and_erase(event: Received[Any], uow: UnitOfWork) -> None:
        await uow.write_gathered()  # invitations of the same batch, so that they go too
        await erase(event, uow)
        await record(event, uow)

    return {**handlers, AccountErased: record_and_erase}


def _handler(use_case: OnEvent, keep: Keep) -> Handler:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        uow.gather(keep, use_case(event))

    return handle
