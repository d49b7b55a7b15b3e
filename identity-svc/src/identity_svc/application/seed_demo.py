"""Creating the demonstration's accounts at the start; only when a file for their log-ins is configured.

All of them share ONE argon2 hash: 430 hashes would cost 15 s of CPU at the first start. That is fit
for a demonstration and for nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.jobs import Begin
from contracts.identity import AccountVerified

from ..domain import demo
from ..domain.accounts import IAL_REAL_NAME, Account, Company, Kind
from ..domain.officers import Officer
from ..domain.personal import Personal, dialled
from .hash_passwords import Passwords
from .officer_events import assignment
from .ports import Accounts, Officers, OrganisationStore
from .register_account import registered

log = structlog.get_logger(__name__)

_NAME = "demo"
_ALL = 100_000


class LoginsFile(Protocol):
    """Where the log-ins are written for whoever tries the platform."""

    def write(self, logins: list[dict[str, Any]]) -> None: ...


@dataclass(frozen=True, slots=True)
class SeedDemo:
    begin: Begin
    organisation: OrganisationStore
    accounts: Accounts
    officers: Officers
    passwords: Passwords
    file: LoginsFile
    password: str

    async def __call__(self) -> None:
        """Adds what is missing, follows a changed password, writes the file."""
        async with self.begin() as uow:
            await self.organisation.lock(uow)
            password_hash = await self._shared_hash(uow)
            departments = await self.organisation.departments(uow, "", _ALL)
            units = await self.organisation.units(uow, branch=None, department=None, after="", limit=_ALL)
            wanted = demo.demo_officers(departments, units)
            await self._add_officers(uow, wanted, password_hash)
            await self._add_account(uow, Kind.PERSON, demo.CITIZEN, None, password_hash)
            await self._add_account(uow, Kind.ENTERPRISE, demo.REPRESENTATIVE, demo.COMPANY, password_hash)
        self.file.write([*self._people(), *(self._officer_login(officer) for officer in wanted)])

    async def _shared_hash(self, uow: UnitOfWork) -> str:
        kept = await self.organisation.fingerprint(uow, _NAME)
        if kept is not None and await self.passwords.verify(kept, self.password):
            return kept
        fresh = await self.passwords.hash(self.password)
        if kept is not None:
            await self.accounts.replace_password_hash(uow, kept, fresh)
            await self.officers.replace_password_hash(uow, kept, fresh)
        await self.organisation.remember(uow, _NAME, fresh)
        return fresh

    async def _add_officers(
        self, uow: UnitOfWork, wanted: list[demo.DemoOfficer], password_hash: str
    ) -> None:
        officers = [Officer(uuid7(), one.badge_no, one.name, one.post, version=1) for one in wanted]
        added = await self.officers.add_missing(uow, officers, password_hash, password_initial=False)
        for officer in officers:
            if officer.badge_no in added:
                for event in assignment(officer):
                    uow.emit(event, version=officer.version)
        if added:
            log.info("demo_officers_added", count=len(added))

    async def _add_account(
        self, uow: UnitOfWork, kind: Kind, personal: Personal, company: Company | None, password_hash: str
    ) -> None:
        moment: datetime = now()
        account = Account(
            id=uuid7(),
            kind=kind,
            personal=personal,
            company=company,
            ial=IAL_REAL_NAME,
            has_password=True,
            registered_at=moment,
            verified_at=moment,
            version=2,
        )
        if await self.accounts.add_unless_there(uow, account, password_hash):
            uow.emit(registered(account), version=1)
            verified = AccountVerified(account_id=account.id, ial=account.ial, verified_at=moment)
            uow.emit(verified, version=2)

    def _people(self) -> list[dict[str, Any]]:
        citizen = {"kind": "person", "phone": dialled(demo.CITIZEN.phone), "name": demo.CITIZEN.name}
        company = {
            "kind": "enterprise",
            "phone": dialled(demo.REPRESENTATIVE.phone),
            "name": demo.COMPANY.name,
        }
        return [citizen | {"password": self.password}, company | {"password": self.password}]

    def _officer_login(self, officer: demo.DemoOfficer) -> dict[str, Any]:
        post = officer.post
        return {
            "kind": "officer",
            "badge_no": officer.badge_no,
            "password": self.password,
            "name": officer.name,
            "unit": post.unit,
            "department": post.department,
            "rank": post.rank,
            "roles": sorted(post.roles),
        }
