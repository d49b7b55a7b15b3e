"""Removes what has had its time: old codes, full allowances, sessions long ended."""

from chassis.jobs import Begin, Job

from .ports import Codes, Sessions, Throttle


class Sweep:
    def __init__(self, codes: Codes, throttle: Throttle, sessions: Sessions) -> None:
        self._stores = (codes, throttle, sessions)

    async def __call__(self, job: Job, begin: Begin) -> None:
        for store in self._stores:
            async with begin() as uow:
                await store.sweep(uow)
