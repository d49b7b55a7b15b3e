"""Transferring an officer, or changing their rank, roles or service."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.db import UnitOfWork
from contracts.tokens import Role

from ..domain.errors import OfficerChanged, OfficerNotFound
from ..domain.officers import Authority, Officer, Post, PostChange, changed_post
from .create_officer import post_place
from .officer_events import assignment
from .ports import EndsTrust, Officers, OrganisationStore, Scopes
from .revoke_access import RevokeAccess


@dataclass(frozen=True, slots=True)
class OfficerChange:
    """`version` is the one the change was decided on; None stays as it is."""

    officer_id: UUID
    version: int
    unit: str | None = None
    rank: int | None = None
    roles: frozenset[Role] | None = None
    active: bool | None = None


class ChangeOfficer:
    def __init__(
        self,
        officers: Officers,
        organisation: OrganisationStore,
        revoke_access: RevokeAccess,
        trusted_devices: EndsTrust,
        scopes: Scopes,
    ) -> None:
        self._officers = officers
        self._organisation = organisation
        self._revoke_access = revoke_access
        self._trusted_devices = trusted_devices
        self._scopes = scopes

    async def __call__(self, uow: UnitOfWork, wanted: OfficerChange, by: Authority) -> Officer:
        """Ends their sessions too: the next token says what they are now.

        Raises OfficerNotFound, OutsideAuthority, PostInvalid, OfficerChanged.
        """
        officer = await self._officers.by_id(uow, wanted.officer_id)
        if officer is None or not by.may_see(officer.post.department):
            raise OfficerNotFound
        place = await post_place(uow, self._organisation, wanted.unit) if wanted.unit else None
        change = PostChange(unit=place, rank=wanted.rank, roles=wanted.roles, active=wanted.active)
        post = changed_post(officer, change, by)
        return await self.apply(uow, officer, wanted.version, post, by)

    async def apply(self, uow: UnitOfWork, officer: Officer, seen: int, post: Post, by: Authority) -> Officer:
        """`post` as `changed_post` allowed it, `seen` the version it was decided on. Raises OfficerChanged."""
        version = await self._officers.change(uow, officer.id, seen, post)
        if version is None:
            raise OfficerChanged(officer.version)
        changed = replace(officer, post=post, version=version)
        facts = {"unit": post.unit, "from_unit": officer.post.unit, "rank": post.rank, "active": post.active}
        uow.audit("officer.change_post", actor=str(by.officer_id), subject=str(officer.id), facts=facts)
        for event in assignment(changed, before=officer.post):
            uow.emit(event, version=version)
        await self._revoke_access.sessions_of(uow, officer.id, "post_changed")
        await self._trusted_devices.end_all(uow, officer.id)
        if (post.unit, post.roles, post.active) != (
            officer.post.unit,
            officer.post.roles,
            officer.post.active,
        ):
            # Given to somebody at a post: whoever leaves it begins anew.
            await self._scopes.end_all(uow, officer.id)
        return changed
