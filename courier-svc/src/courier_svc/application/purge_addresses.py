"""Addresses, the couriers' words and proofs of delivery are kept while they may be needed, and not longer."""

from chassis.jobs import Begin, Job

from .desk import Desk

_BATCH = 500


async def purge_addresses(desk: Desk, job: Job, begin: Begin) -> None:
    for purge in (desk.shipments.purge, desk.shipments.purge_proofs):
        purged = _BATCH
        while purged == _BATCH:
            async with begin() as uow:
                purged = await purge(uow, _BATCH)
