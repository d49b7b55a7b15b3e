"""Refusals of one service: begun and ended with it, and old ones removed."""

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ..jobs.begin import Begin
from ..jobs.job import Job
from .refusals import Refusals, purge_refused

if TYPE_CHECKING:
    from ..service import Service

PURGE: Final = "partners.purge_refusals"


def wire_refusals(service: "Service") -> Refusals:
    """What the doors of `service` note their refusals in."""
    refusals = Refusals()
    tasks: list[asyncio.Task[None]] = []

    async def begin() -> None:
        tasks.append(asyncio.create_task(refusals.run(service.begin), name="refusals"))

    async def end() -> None:
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await refusals.write(service.begin)

    async def purge(job: Job, begin_uow: Begin) -> None:
        more = True
        while more:
            async with begin_uow() as uow:
                more = await purge_refused(uow)

    service.on_start(begin)
    service.on_stop(end)
    service.job(PURGE, purge, every=timedelta(hours=6))
    return refusals
