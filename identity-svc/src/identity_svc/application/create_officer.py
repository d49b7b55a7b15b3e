"""Creating an officer, a member of the platform's staff or an engineer of a partner; an administrator's task."""

import secrets
from dataclasses import dataclass

import structlog
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.problems import FieldError
from contracts.tokens import Role

from ..domain.errors import PasswordUnsuitable, PostInvalid
from ..domain.officers import Officer, Post, check_post
from ..domain.passwords import is_suitable
from .hash_passwords import Passwords
from .officer_events import assignment
from .ports import Officers, OrganisationStore

log = structlog.get_logger(__name__)

_INITIAL_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class NewOfficer:
    badge_no: str
    name: str
    unit: str | None
    rank: int
    roles: frozenset[Role]
    partner: str | None = None


class CreateOfficer:
    def __init__(self, officers: Officers, organisation: OrganisationStore, passwords: Passwords) -> None:
        self._officers = officers
        self._organisation = organisation
        self._passwords = passwords

    async def __call__(
        self, uow: UnitOfWork, wanted: NewOfficer, by: str, own_password: str | None = None
    ) -> tuple[Officer, str]:
        """The officer and their password. `by`: the id of who creates them, for the audit log.

        Without `own_password` it is an initial one, shown this once; with it nothing can be done but change it.
        Raises PostInvalid, BadgeTaken or PasswordUnsuitable.
        """
        unit = department = branch = None
        if wanted.unit is not None:
            unit, department, branch = await post_place(uow, self._organisation, wanted.unit)
        post = Post(unit, department, branch, wanted.rank, wanted.roles, partner=wanted.partner)
        check_post(post)
        if own_password is not None and not is_suitable(own_password, identifier=wanted.badge_no):
            raise PasswordUnsuitable("/password")
        password = own_password or secrets.token_urlsafe(_INITIAL_PASSWORD_BYTES)
        officer = Officer(uuid7(), wanted.badge_no, wanted.name, post, version=1)
        password_hash = await self._passwords.hash(password)
        await self._officers.add(uow, officer, password_hash, password_initial=own_password is None)
        for event in assignment(officer):
            uow.emit(event, version=officer.version)
        audit_creation(uow, officer, by)
        log.info("officer_created", officer_id=str(officer.id), roles=sorted(post.roles), unit=post.unit)
        return officer, password


def audit_creation(uow: UnitOfWork, officer: Officer, by: str) -> None:
    post = officer.post
    facts = {"unit": post.unit, "rank": post.rank, "roles": sorted(post.roles)} | (
        {"partner": post.partner} if post.partner else {}
    )
    uow.audit("officer.create", actor=by, subject=str(officer.id), facts=facts)


async def post_place(
    uow: UnitOfWork, organisation: OrganisationStore, unit_code: str
) -> tuple[str, str, str | None]:
    """Unit, department and branch of a unit's code; raises PostInvalid when there is no such unit."""
    unit = await organisation.unit(uow, unit_code)
    if unit is None:
        raise PostInvalid([FieldError("/unit", "没有这个单位", "there is no such unit")])
    return unit.code, unit.department, unit.branch
