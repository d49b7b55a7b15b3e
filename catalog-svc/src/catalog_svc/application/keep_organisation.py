"""Our copy of the organisation, and who serves what, made from it."""

from typing import Final

from chassis.db import UnitOfWork
from chassis.jobs import Begin, Job
from chassis.messages import Received
from contracts.identity import BranchDefined, DepartmentDefined, UnitDefined, WindowDefined

from ..domain.organisation import service_points
from .ports import OrganisationStore

REBUILD: Final = "catalog.rebuild_service_points"


class KeepOrganisation:
    """Each definition is stored; the service points are made anew by one job for a whole batch of them."""

    def __init__(self, store: OrganisationStore) -> None:
        self._store = store

    async def department(self, event: Received[DepartmentDefined], uow: UnitOfWork) -> None:
        await self._store.define_department(uow, event.data, event.time)
        uow.enqueue(REBUILD, "all")

    async def branch(self, event: Received[BranchDefined], uow: UnitOfWork) -> None:
        await self._store.define_branch(uow, event.data, event.time)
        uow.enqueue(REBUILD, "all")

    async def unit(self, event: Received[UnitDefined], uow: UnitOfWork) -> None:
        await self._store.define_unit(uow, event.data, event.time)
        uow.enqueue(REBUILD, "all")

    async def window(self, event: Received[WindowDefined], uow: UnitOfWork) -> None:
        await self._store.define_window(uow, event.data, event.time)
        uow.enqueue(REBUILD, "all")

    async def rebuild(self, job: Job, begin: Begin) -> None:
        """A definition that comes meanwhile replaces the job: `done` then fails, and it runs again."""
        async with begin() as uow:
            organisation = await self._store.organisation(uow)
            await self._store.write_service_points(uow, service_points(organisation))
            await job.done(uow)
