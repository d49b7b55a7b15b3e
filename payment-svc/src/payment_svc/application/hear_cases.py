"""What a batch of events about cases brings: orders asked for one after the other are stored together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from chassis.db import UnitOfWork
from chassis.telemetry import context
from chassis.telemetry.context import WorkContext
from contracts.case import CasePaymentRequested, CasePostageRequested

from ..domain.orders import Debt, Opened
from .open_order import OpenOrder

Hear = Callable[[Any, UnitOfWork], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Heard:
    """`hear` is what else an event leads to; None for one that opens an order. `work` is the event's own."""

    event: Any
    hear: Hear | None
    work: WorkContext | None


async def hear_cases(open_order: OpenOrder, uow: UnitOfWork, heard: list[Heard]) -> None:
    """In the order in which they came: whoever calls an order off finds it stored."""
    asked: list[tuple[Debt, Opened]] = []
    unsent = await open_order.unwanted([one.event for one in heard], uow)
    for one in heard:
        if isinstance(one.event, CasePostageRequested) and one.event.case_id in unsent:
            continue
        with context.within(one.work):
            if one.hear is None:
                assert isinstance(one.event, CasePaymentRequested | CasePostageRequested)
                asked.append(open_order.for_request(one.event, uow))
                continue
            open_order.store(asked, uow)
            asked = []
            await one.hear(one.event, uow)
    open_order.store(asked, uow)
