"""case.cases.v1: what a case sends, what it wants fetched, and when it no longer wants either."""

from collections.abc import Callable
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.messages.received import Handler, Handlers

from courier_svc.application.desk import Desk
from courier_svc.application.handlers import EVENTS, OnEvent


def case_handlers(desk: Callable[[], Desk]) -> Handlers:
    """The menu's entries as the chassis wants them; `desk` is there once the service has started."""
    return {model: _handler(use_case, desk) for model, use_case in EVENTS.items()}


def _handler(use_case: OnEvent, desk: Callable[[], Desk]) -> Handler:
    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        await use_case(desk(), uow, event.data)

    return handle
