"""Clocks: silence accepts a case, and an unpaid one is closed."""

from uuid import UUID

from chassis.jobs import Begin, Job

from ..domain import acceptance, fulfilment
from ..domain.states import State
from .desk import Desk
from .record_move import record


async def accept_by_silence(desk: Desk, job: Job, begin: Begin) -> None:
    """At the end of the fifth working day without an answer (行政许可法 §32)."""
    async with begin() as uow:
        case = await desk.cases.load(uow, UUID(job.key), for_update=True)
        # An officer may have answered in the same second; then there is nothing to do.
        if case is not None and case.state in (State.SUBMITTED, State.SUPPLEMENTED):
            around = await desk.around(uow, case)
            await record(desk, uow, acceptance.accept_by_silence(case, around), around)
        await job.done(uow)


async def close_unpaid(desk: Desk, job: Job, begin: Begin) -> None:
    """After fifteen working days without money."""
    async with begin() as uow:
        case = await desk.cases.load(uow, UUID(job.key), for_update=True)
        if case is not None and case.state is State.AWAITING_PAYMENT:
            around = await desk.around(uow, case)
            await record(desk, uow, fulfilment.close_unpaid(case, around), around)
        await job.done(uow)
