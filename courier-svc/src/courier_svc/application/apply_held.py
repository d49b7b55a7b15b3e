"""Pushes that came before their order was known are heard again once it is."""

from chassis.jobs import Begin, Job

from .desk import Desk
from .hear_report import hear_push

_BATCH = 100


async def apply_held(desk: Desk, job: Job, begin: Begin) -> None:
    async with begin() as uow:
        for courier, body in await desk.reports.take_held(uow, tuple(desk.carriers.by_name), _BATCH):
            await hear_push(desk, uow, desk.carriers.named(courier).door.read(body), lock=True)
