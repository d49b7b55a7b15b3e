"""Giving an officer a role elsewhere than at their post, and taking it back."""

from datetime import datetime
from uuid import UUID

from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.ids import uuid7
from chassis.problems import FieldError
from contracts.tokens import Scope

from ..domain.errors import OfficerNotFound, PostInvalid
from ..domain.officers import Authority, Officer
from ..domain.scopes import Assignment, ScopeNotFound, check_assignment, place_of
from .create_officer import post_place
from .ports import Messages, Officers, OrganisationStore, Scopes
from .revoke_access import RevokeAccess


class ManageScopes:
    def __init__(
        self,
        scopes: Scopes,
        officers: Officers,
        organisation: OrganisationStore,
        revoke_access: RevokeAccess,
        messages: Messages,
    ) -> None:
        self._scopes = scopes
        self._officers = officers
        self._organisation = organisation
        self._revoke_access = revoke_access
        self._messages = messages

    async def of(self, uow: UnitOfWork, officer_id: UUID, by: Authority) -> list[Assignment]:
        await self._officer(uow, officer_id, by)
        return await self._scopes.of(uow, officer_id)

    async def grant(
        self, uow: UnitOfWork, officer_id: UUID, scope: Scope, until: datetime | None, by: Authority
    ) -> Assignment:
        """Their next token carries it. Raises OfficerNotFound, OutsideAuthority, PostInvalid, ScopeHeld."""
        officer = await self._officer(uow, officer_id, by)
        department = await self._department(uow, scope)
        moment = now()
        check_assignment(officer, scope, department, until, by, moment)
        granted = Assignment(uuid7(), officer_id, scope, until, by.officer_id, moment)
        await self._scopes.add(uow, granted)
        await self._told(uow, granted, "granted", by)
        return granted

    async def withdraw(self, uow: UnitOfWork, officer_id: UUID, scope_id: UUID, by: Authority) -> None:
        """Ends their sessions: no token says it any more. Raises OfficerNotFound, ScopeNotFound."""
        officer = await self._officer(uow, officer_id, by)
        held = next((one for one in await self._scopes.of(uow, officer_id) if one.id == scope_id), None)
        if held is None:
            raise ScopeNotFound
        department = await self._department(uow, held.scope)
        check_assignment(officer, held.scope, department, None, by, now())
        if not await self._scopes.withdraw(uow, officer_id, scope_id):
            raise ScopeNotFound
        await self._revoke_access.sessions_of(uow, officer_id, "scope_withdrawn")
        await self._told(uow, held, "withdrawn", by)

    async def _officer(self, uow: UnitOfWork, officer_id: UUID, by: Authority) -> Officer:
        officer = await self._officers.by_id(uow, officer_id)
        if officer is None or not by.may_see(officer.post.department):
            raise OfficerNotFound
        return officer

    async def _department(self, uow: UnitOfWork, scope: Scope) -> str | None:
        """The department a place belongs to; PostInvalid where there is no such place."""
        if scope.unit is not None:
            return (await post_place(uow, self._organisation, scope.unit))[1]
        for path, code, known in (
            ("/department", scope.department, self._organisation.has_department),
            ("/branch", scope.branch, self._organisation.has_branch),
        ):
            if code is not None and not await known(uow, code):
                raise PostInvalid([FieldError(path, "没有这个代码", "there is no such code")])
        return scope.department

    async def _told(self, uow: UnitOfWork, one: Assignment, what: str, by: Authority) -> None:
        facts = {"role": one.scope.role.value, "place": place_of(one.scope)}
        await self._messages.tell(uow, one.officer_id, f"scope_{what}", facts)
        verb = "officer.grant_scope" if what == "granted" else "officer.withdraw_scope"
        uow.audit(verb, actor=str(by.officer_id), subject=str(one.officer_id), facts=facts)
