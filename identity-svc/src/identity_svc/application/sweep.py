"""Removes what has had its time: old codes, full allowances, sessions long ended, and so on."""

from chassis.jobs import Begin, Job

from .ports import Swept


class Sweep:
    def __init__(self, *stores: Swept) -> None:
        self._stores = stores

    async def __call__(self, job: Job, begin: Begin) -> None:
        for store in self._stores:
            async with begin() as uow:
                await store.sweep(uow)
