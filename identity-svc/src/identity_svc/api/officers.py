"""Officers: administrators create and change them, supervisors see and transfer their department's."""

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from chassis.paging import Page
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel, Field

from ..application.change_officer import OfficerChange
from ..application.create_officer import NewOfficer
from ..domain.errors import OfficerNotFound
from ..domain.officers import Authority
from .dependencies import AfterCode, Code, Limit, TheMenu, not_cached
from .fields import Badge, Body, Name, Reader
from .paging import page
from .views import OfficerView

router = Router(prefix="/api/identity/officers", tags=["officers"], dependencies=[Depends(not_cached)])
Superior = Annotated[Caller, Depends(allow(Role.SUPERVISOR, Role.OPERATOR))]
Administrator = Annotated[Caller, Depends(allow(Role.OPERATOR))]

UnitCode = Annotated[str, Field(max_length=40)]
Rank = Annotated[int, Field(ge=0, le=4)]
Roles = Annotated[frozenset[Role], Field(min_length=1, max_length=8)]


class NewOfficerRequest(Body):
    """Platform staff (`operator`, `catalog_editor`) have no unit and rank 0.

    `partner` with the one role `partner`: an engineer of that bank or courier: sees that partner's
    deliveries alone.
    """

    badge_no: Badge
    name: Name
    unit: UnitCode | None = None
    rank: Rank
    roles: Roles
    partner: Annotated[str, Field(max_length=32)] | None = None

    def read(self) -> NewOfficer:
        """Raises InvalidInput."""
        reader = Reader()
        badge_no, name = reader.badge(self.badge_no), reader.name(self.name)
        reader.done()
        return NewOfficer(badge_no, name, self.unit, self.rank, self.roles, self.partner)


class OfficerCreated(BaseModel):
    """`initial_password` is shown this once; with it nothing can be done but set one's own."""

    officer: OfficerView
    initial_password: str


class OfficerChangeRequest(Body):
    """`version` as last seen. A supervisor may only give `unit`, of the same department."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    unit: UnitCode | None = None
    rank: Rank | None = None
    roles: Roles | None = None
    active: bool | None = None


@router.get("", summary="人员列表 · Officers")
async def list_officers(
    uow: Uow, menu: TheMenu, caller: Superior, after: AfterCode, unit: Code = None, limit: Limit = 50
) -> Page[OfficerView]:
    department = None if caller.has(Role.OPERATOR) else caller.claims.department or ""
    rows = await menu.officers.page(uow, department=department, unit=unit, after=after, limit=limit + 1)
    return page(rows, limit, OfficerView.of, lambda officer: officer.badge_no)


@router.get("/{officer_id}", summary="人员 · One officer")
async def show_officer(officer_id: UUID, uow: Uow, menu: TheMenu, caller: Superior) -> OfficerView:
    officer = await menu.officers.by_id(uow, officer_id)
    if officer is None or not _authority(caller).may_see(officer.post.department):
        raise OfficerNotFound
    return OfficerView.of(officer)


@router.post("", status_code=201, summary="新增人员 · Create an officer")
@answer_not_stored
async def create_officer(
    body: NewOfficerRequest, uow: Uow, menu: TheMenu, caller: Administrator
) -> OfficerCreated:
    officer, initial = await menu.create_officer(uow, body.read(), caller.subject)
    return OfficerCreated(officer=OfficerView.of(officer), initial_password=initial)


@router.patch("/{officer_id}", summary="调动或变更 · Transfer or change an officer")
async def change_officer(
    officer_id: UUID, body: OfficerChangeRequest, uow: Uow, menu: TheMenu, caller: Superior
) -> OfficerView:
    wanted = OfficerChange(officer_id, body.version, body.unit, body.rank, body.roles, body.active)
    return OfficerView.of(await menu.change_officer(uow, wanted, _authority(caller)))


def _authority(caller: Caller) -> Authority:
    return Authority(caller.account_id, caller.roles, caller.claims.department)
