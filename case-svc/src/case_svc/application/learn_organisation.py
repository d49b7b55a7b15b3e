"""Departments, branches, units, windows and posts, as our own copy."""

from chassis.db import UnitOfWork
from contracts.identity import (
    BranchDefined,
    DepartmentDefined,
    OfficerAssigned,
    UnitDefined,
    WindowDefined,
)

from .desk import Desk

OrganisationEvent = DepartmentDefined | BranchDefined | UnitDefined | WindowDefined | OfficerAssigned


async def learn_organisation(desk: Desk, uow: UnitOfWork, event: OrganisationEvent) -> None:
    await desk.organisation.store(uow, event)
