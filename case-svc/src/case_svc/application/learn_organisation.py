"""Departments, branches, units, windows and posts, as our own copy."""

from chassis.db import UnitOfWork
from contracts.identity import (
    BranchDefined,
    DepartmentDefined,
    OfficerAssigned,
    UnitDefined,
    WindowDefined,
)

from .claim_case import return_claims
from .desk import Desk

OrganisationEvent = DepartmentDefined | BranchDefined | UnitDefined | WindowDefined | OfficerAssigned


async def learn_organisation(desk: Desk, uow: UnitOfWork, event: OrganisationEvent) -> None:
    if isinstance(event, OfficerAssigned):
        await return_claims(desk, uow, event)
    await desk.organisation.store(uow, event)
