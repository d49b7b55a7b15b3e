"""Addresses, the couriers' words, proofs of delivery and what claims say: kept while needed, and not longer."""

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job

from .desk import Desk

_BATCH = 500


async def purge_addresses(desk: Desk, job: Job, begin: Begin) -> None:
    async def strays(uow: UnitOfWork, limit: int) -> int:
        return await desk.reports.purge_strays(uow, limit, now() - desk.policy.keep_strays)

    for purge in (desk.shipments.purge, desk.shipments.purge_proofs, desk.claims.purge, strays):
        purged = _BATCH
        while purged == _BATCH:
            async with begin() as uow:
                purged = await purge(uow, _BATCH)
