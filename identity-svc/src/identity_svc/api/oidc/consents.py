"""What I agreed to: which departments' systems may log me in, and taking that back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel

from ...domain.oidc.clients import Scope
from ..dependencies import not_cached
from .provider import TheOidc

router = Router(prefix="/api/identity/me/consents", tags=["me"], dependencies=[Depends(not_cached)])
PersonOrOfficer = Annotated[
    Caller, Depends(allow(*(role for role in Role if role not in (Role.SERVICE, Role.PARTNER))))
]


class ConsentView(BaseModel):
    """`department`, `name`: of the system, in Chinese."""

    client_id: str
    name: str
    name_en: str
    department: str
    scopes: list[Scope]
    given_at: datetime


@router.get("", summary="我的授权 · What I agreed to")
async def my_consents(uow: Uow, desk: TheOidc, caller: PersonOrOfficer) -> list[ConsentView]:
    return [
        ConsentView(
            client_id=one.client_id,
            name=one.name,
            name_en=one.name_en,
            department=one.department,
            scopes=sorted(one.scopes),
            given_at=one.given_at,
        )
        for one in await desk.consents.of(uow, caller.account_id)
    ]


@router.delete("/{client_id}", status_code=204, summary="撤回授权 · Withdraw")
async def withdraw(client_id: UUID, uow: Uow, desk: TheOidc, caller: PersonOrOfficer) -> None:
    """All tokens it was given stop working at once, and the system is told to log you out."""
    await desk.withdraw_consent(uow, caller.account_id, str(client_id))
