"""Reports that came before their order was known are heard again once it is."""

from chassis.jobs import Begin, Job

from .desk import Desk
from .hear_report import hear_report

_BATCH = 100


async def apply_held(desk: Desk, job: Job, begin: Begin) -> None:
    async with begin() as uow:
        for source, body in await desk.reports.take_held(uow, _BATCH):
            await hear_report(desk, uow, desk.door.read(body), source, lock=True)
