"""Events of other services, to their use cases."""

from collections.abc import Mapping
from typing import Any

from chassis.db import UnitOfWork
from chassis.messages import Received
from contracts.case import CaseOpenedByException
from contracts.events import Event
from contracts.payment import OrderPaid

from .application.alert_supervisors import AlertSupervisors
from .application.handlers import ACTS
from .application.tell_of_act import TellOfAct


def event_handlers(alert_supervisors: AlertSupervisors) -> Mapping[type[Event], Any]:
    """What `Service.consume` takes."""

    async def opened_by_exception(event: Received[CaseOpenedByException], uow: UnitOfWork) -> None:
        await alert_supervisors(uow, event.data)

    return {CaseOpenedByException: opened_by_exception}


def act_handlers(tell_of_act: TellOfAct) -> Mapping[type[Event], Any]:
    """For what applicants do with their cases, or others for them."""

    async def handle(event: Received[Any], uow: UnitOfWork) -> None:
        is_told_by_its_case = isinstance(event.data, OrderPaid) and event.data.kind == "fee"
        if not is_told_by_its_case:
            await tell_of_act(uow, event.data, ACTS[type(event.data)])

    return {model: handle for model in ACTS}
