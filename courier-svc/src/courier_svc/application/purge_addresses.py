"""Addresses and the couriers' words are kept while they may be needed, and not longer."""

from chassis.jobs import Begin, Job

from .desk import Desk

_BATCH = 500


async def purge_addresses(desk: Desk, job: Job, begin: Begin) -> None:
    purged = _BATCH
    while purged == _BATCH:
        async with begin() as uow:
            purged = await desk.shipments.purge(uow, _BATCH)
