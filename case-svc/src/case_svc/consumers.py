"""Events of other services (catalogue, organisation, payment, courier, evaluation), to their use cases."""

from collections.abc import Mapping
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from contracts.events import Event

from .application.desk import Desk
from .application.handlers import ON_EVENT, EventUseCase


def event_handlers(desk: Desk) -> Mapping[type[Event], Any]:
    """What `Service.consume` takes."""
    return {model: _handler(desk, use_case) for model, use_case in ON_EVENT.items()}


def _handler(desk: Desk, use_case: EventUseCase) -> Any:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        await use_case(desk, uow, event.data)

    return handle
