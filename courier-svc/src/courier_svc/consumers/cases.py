"""case.cases.v1: what a case sends, what it wants fetched, and when it no longer wants either."""

from collections.abc import Callable
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from chassis.messages.received import Handlers
from chassis.telemetry import context

from courier_svc.application.desk import Desk
from courier_svc.application.handlers import EVENTS, OPENINGS
from courier_svc.application.hear_cases import Heard, hear_cases


def case_handlers(desk: Callable[[], Desk]) -> Handlers:
    """The menu's entries as the chassis wants them; `desk` is there once the service has started."""

    async def hear(uow: UnitOfWork, heard: list[Heard]) -> None:
        await hear_cases(desk(), uow, heard)

    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        uow.gather(hear, Heard(event.data, context.current()))

    return dict.fromkeys([*OPENINGS, *EVENTS], handle)
