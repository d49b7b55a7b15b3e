"""Further assignments: seen and given by supervisors of the department and by administrators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow
from contracts.tokens import Role, Scope
from fastapi import Depends, Request
from pydantic import BaseModel, Field

from ..application.manage_scopes import ManageScopes
from ..application.ports import Scopes
from ..domain.officers import Authority
from ..domain.scopes import Assignment
from .dependencies import not_cached
from .fields import Body, Moment

router = Router(prefix="/api/identity", tags=["officers"], dependencies=[Depends(not_cached)])
Superior = Annotated[Caller, Depends(allow(Role.SUPERVISOR, Role.OPERATOR))]
Police = Annotated[Caller, Depends(allow(Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR))]
PlaceCode = Annotated[str, Field(max_length=40)]


class ScopeRequest(Body):
    """A `unit` alone; or a `department`, a `branch`, both (one department of one branch), or none: the whole city."""

    role: Role
    unit: PlaceCode | None = Field(None, examples=["BL-HUZHENG"])
    department: PlaceCode | None = None
    branch: PlaceCode | None = None
    until: Moment | None = Field(None, description="到期自动失效 · ends by itself then")


class ScopeView(BaseModel):
    """`until` null: until it is withdrawn. Tokens carry it until they expire, ten minutes at most."""

    id: UUID
    role: Role
    unit: str | None
    department: str | None
    branch: str | None
    until: datetime | None
    granted_at: datetime

    @classmethod
    def of(cls, one: Assignment) -> "ScopeView":
        return cls(id=one.id, until=one.until, granted_at=one.granted_at, **one.scope.model_dump())


async def _manage(request: Request) -> ManageScopes:
    manage: ManageScopes = request.app.state.scopes.manage
    return manage


async def _store(request: Request) -> Scopes:
    store: Scopes = request.app.state.scopes.store
    return store


Manage = Annotated[ManageScopes, Depends(_manage)]


@router.get("/me/scopes", summary="我的附加职责 · My further assignments")
async def my_scopes(uow: Uow, caller: Police, store: Annotated[Scopes, Depends(_store)]) -> list[ScopeView]:
    return [ScopeView.of(one) for one in await store.of(uow, caller.account_id)]


@router.get("/officers/{officer_id}/scopes", summary="附加职责 · Further assignments of an officer")
async def list_scopes(officer_id: UUID, uow: Uow, manage: Manage, caller: Superior) -> list[ScopeView]:
    return [ScopeView.of(one) for one in await manage.of(uow, officer_id, _authority(caller))]


@router.post(
    "/officers/{officer_id}/scopes", status_code=201, summary="增加附加职责 · Assigns a role elsewhere"
)
async def grant_scope(
    officer_id: UUID, body: ScopeRequest, uow: Uow, manage: Manage, caller: Superior
) -> ScopeView:
    """Their next token carries it: when the session is refreshed."""
    scope = Scope(role=body.role, unit=body.unit, department=body.department, branch=body.branch)
    return ScopeView.of(await manage.grant(uow, officer_id, scope, body.until, _authority(caller)))


@router.delete(
    "/officers/{officer_id}/scopes/{scope_id}", status_code=204, summary="收回附加职责 · Withdraws it"
)
async def withdraw_scope(
    officer_id: UUID, scope_id: UUID, uow: Uow, manage: Manage, caller: Superior
) -> None:
    """The officer's sessions end with it."""
    await manage.withdraw(uow, officer_id, scope_id, _authority(caller))


def _authority(caller: Caller) -> Authority:
    return Authority(caller.account_id, caller.roles, caller.claims.department)
