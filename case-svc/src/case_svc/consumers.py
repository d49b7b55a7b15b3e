"""Events of other services (catalogue, organisation, payment, courier, evaluation), to their use cases."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.telemetry import context
from contracts.events import Event

from .application.desk import Desk
from .application.handlers import ON_EVENT, ON_NEWS, EventUseCase
from .application.hear_news import News, Tell, hear_news


def event_handlers(desk: Desk) -> Mapping[type[Event], Any]:
    """What `Service.consume` takes."""
    hear = partial(hear_news, desk)  # one for all news: a batch's are gathered under it
    handlers = {model: _handler(desk, use_case) for model, use_case in ON_EVENT.items()}
    return handlers | {model: _gatherer(hear, tell) for model, tell in ON_NEWS.items()}


def _handler(desk: Desk, use_case: EventUseCase) -> Any:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        await use_case(desk, uow, event.data)

    return handle


def _gatherer(hear: Any, tell: Tell) -> Any:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        uow.gather(hear, News(event.data.case_id, event.data, tell, context.current()))

    return handle
