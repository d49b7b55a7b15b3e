"""The job that ends proofs which were given for a time."""

from chassis.clock import now
from chassis.jobs import Begin, Job

from .ports import Assurance


class LowerAssurance:
    def __init__(self, assurance: Assurance) -> None:
        self._assurance = assurance

    async def __call__(self, job: Job, begin: Begin) -> None:
        async with begin() as uow:
            await self._assurance.lower(uow, now())
