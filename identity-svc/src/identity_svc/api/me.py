"""What one may see and change of oneself."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from chassis.paging import Page, decode_cursor
from chassis.problems import FieldError, InvalidInput
from contracts.tokens import Role
from fastapi import Depends, Query
from pydantic import BaseModel

from ..application.change_password import PasswordChange
from ..domain.accounts import View
from ..domain.errors import AccountNotFound
from .dependencies import ClientAddress, Limit, TheMenu, not_cached
from .fields import Body, CodeTicket, OneTimeCode, Password, Reader
from .paging import page
from .views import AccountView, OfficerView, session_id_of

router = Router(prefix="/api/identity", tags=["me"], dependencies=[Depends(not_cached)])
Anybody = Annotated[Caller, Depends(allow())]
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]


class ViewOfMe(BaseModel):
    """`viewer` is the service that asked, `officer_id` on whose behalf, when somebody's; `who` and `why_text` in words.

    What was looked at within a case, `/api/cases/{case_id}/views` tells.
    """

    viewer: str
    officer_id: UUID | None
    unit: str | None
    unit_name: str | None
    who: str
    who_en: str
    why: str
    why_text: str
    why_text_en: str
    viewed_at: datetime

    @classmethod
    def of(cls, view: View) -> "ViewOfMe":
        (who, who_en), (why, why_en) = view.who(), view.reason()
        return cls(
            viewer=view.viewer,
            officer_id=view.officer_id,
            unit=view.unit,
            unit_name=view.unit_name,
            who=who,
            who_en=who_en,
            why=view.why,
            why_text=why,
            why_text_en=why_en,
            viewed_at=view.viewed_at,
        )


class PasswordRequest(Body):
    """Give the present password or, for people, a code asked for with the purpose `password`, and its ticket."""

    new_password: Password
    current_password: Password | None = None
    code: OneTimeCode | None = None
    code_ticket: CodeTicket | None = None


@router.get("/me", summary="我的账号 · My account")
async def me(uow: Uow, menu: TheMenu, caller: Anybody) -> AccountView | OfficerView:
    if caller.has(Role.CITIZEN, Role.COMPANY):
        account = await menu.accounts.by_id(uow, caller.account_id)
        if account is not None:
            return AccountView.of(account)
    else:
        officer = await menu.officers.by_id(uow, caller.account_id)
        if officer is not None:
            return OfficerView.of(officer)
    raise AccountNotFound


@router.get("/me/views", summary="谁查看过我的信息 · Who viewed my data")
async def views_of_me(
    uow: Uow,
    menu: TheMenu,
    caller: Person,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[ViewOfMe]:
    before = decode_cursor(cursor, int)
    rows = await menu.access_log.of(uow, caller.account_id, before[0] if before else None, limit + 1)
    return page(rows, limit, ViewOfMe.of, lambda row: row.id)


@router.put("/password", status_code=204, summary="设置或修改口令 · Set or change the password")
@answer_not_stored
async def change_password(
    body: PasswordRequest, uow: Uow, menu: TheMenu, caller: Anybody, address: ClientAddress
) -> None:
    is_officer = not caller.has(Role.CITIZEN, Role.COMPANY)
    if (body.current_password is None) == (body.code is None) or (is_officer and body.code is not None):
        raise InvalidInput(
            "请填写当前口令；个人和企业账号也可以改用短信验证码。",
            "Give the present password; people and companies may give a code instead.",
            errors=[
                FieldError("/current_password", "当前口令和验证码须填且只填一项", "give exactly one proof")
            ],
        )
    reader = Reader()
    typed = reader.typed_code(body.code, body.code_ticket)
    reader.done()
    change = PasswordChange(
        owner_id=caller.account_id,
        is_officer=is_officer,
        session_id=session_id_of(caller),
        new=body.new_password,
        current=body.current_password,
        code=typed,
    )
    await menu.change_password(uow, change, address)
