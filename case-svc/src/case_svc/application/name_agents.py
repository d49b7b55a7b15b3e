"""By which name those who acted in a case are shown to its applicant and to officers."""

from collections.abc import Collection, Mapping
from uuid import UUID

from chassis.db import UnitOfWork

from ..domain.hands import Agent
from .desk import Desk
from .read_case import Reader


async def name_agents(
    desk: Desk, uow: UnitOfWork, reader: Reader, mandates: Collection[UUID]
) -> Mapping[UUID, Agent]:
    """By mandate, the names masked. Empty where identity-svc cannot tell: then it is shown without.

    Whoever acts for the applicant is told of no other agent.
    """
    if not mandates or getattr(reader, "actor", None) is not None:
        return {}
    await uow.release()  # identity-svc is asked now, and connections are few
    return await desk.people.agents(mandates)
