"""The desk every use case works at: stores, clocks and rules, picked in `bootstrap.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork

from ..domain.case import Case, Circumstances
from ..domain.errors import CaseNotFound
from ..domain.item import Item
from ..domain.people import Applicant, Officer
from ..domain.postage import Tariff
from ..domain.working_days import WorkingCalendar
from . import ports


@dataclass(frozen=True, slots=True)
class Desk:
    cases: ports.CaseStore
    forms: ports.FormStore
    folders: ports.Folders
    materials: ports.MaterialRows
    items: ports.Items
    organisation: ports.Organisation
    history: ports.History
    hands: ports.Hands
    lists: ports.Lists
    claims: ports.Claims
    exceptions: ports.Exceptions
    documents: ports.Documents
    people: ports.People
    files: ports.Files
    calendar: WorkingCalendar
    submit_min_ial: int
    tariff: Tariff
    clock: Callable[[], datetime] = field(default=now)

    async def item_of(self, uow: UnitOfWork, case: Case) -> Item:
        return await self.items.pinned(uow, case.item_code, case.item_version)

    async def around(self, uow: UnitOfWork, case: Case) -> Circumstances:
        """What a move of `case` depends on, at this moment."""
        return Circumstances(await self.item_of(uow, case), self.calendar, self.clock())

    async def officers_case(self, uow: UnitOfWork, case_id: UUID, officer: Officer) -> Case:
        """A case of the officer's unit and department; CaseNotFound for all others."""
        case = await self.cases.load(uow, case_id)
        if case is None or not officer.serves(case.unit, case.department):
            raise CaseNotFound
        return case

    async def own_case(self, uow: UnitOfWork, case_id: UUID, applicant: Applicant) -> Case:
        """A case of the applicant; CaseNotFound for all others, and for whoever acts beyond their mandate."""
        case = await self.cases.load(uow, case_id)
        if case is None or case.applicant_id != applicant.id:
            raise CaseNotFound
        within_mandate(applicant, case)
        return case


def within_mandate(applicant: Applicant, case: Case) -> None:
    """Raises CaseNotFound where the case is the applicant's and beyond the mandate of whoever acts for them."""
    if not applicant.may_touch(case.item_code, case.department):
        raise CaseNotFound
