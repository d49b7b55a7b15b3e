"""One's own links: seen, made, removed."""

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel

from ...domain.errors import AccountNotFound
from ...domain.personal import mask_phone
from ..dependencies import ClientAddress, TheMenu, not_cached
from ..fields import Body, CodeTicket, OneTimeCode, Reader
from ..views import authentication_of
from .views import KeptTicket, LinkView, TheWaysIn, Ticket, the_ticket

router = Router(prefix="/api/identity/me/links", tags=["ways in"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]


class MyWaysIn(BaseModel):
    """The phone is always a way in, so that any link may go."""

    phone: str
    has_password: bool
    links: list[LinkView]


class NewLink(Body):
    """`ticket` as another way in answers it; `code`, sent to one's own phone with the purpose `link`, and its
    `code_ticket`, where one logged in longer ago."""

    ticket: Ticket | None = None
    code: OneTimeCode | None = None
    code_ticket: CodeTicket | None = None


@router.get("", summary="我的登录方式 · My ways in")
async def my_links(uow: Uow, menu: TheMenu, desk: TheWaysIn, caller: Person) -> MyWaysIn:
    account = await menu.accounts.by_id(uow, caller.account_id)
    if account is None or account.personal.phone is None:
        raise AccountNotFound
    links = await desk.links.of(uow, account.id)
    return MyWaysIn(
        phone=mask_phone(account.personal.phone),
        has_password=account.has_password,
        links=[LinkView.model_validate(link) for link in links],
    )


@router.post("", status_code=204, summary="关联一种登录方式 · Link a way in")
@answer_not_stored
async def add_link(
    body: NewLink, uow: Uow, desk: TheWaysIn, caller: Person, address: ClientAddress, kept: KeptTicket
) -> None:
    reader = Reader()
    typed = reader.typed_code(body.code, body.code_ticket)
    reader.done()
    await desk.manage_links.add(
        uow, caller.account_id, authentication_of(caller), the_ticket(body.ticket, kept), typed, address
    )


@router.delete("/{link_id}", status_code=204, summary="解除关联 · Unlink")
async def remove_link(link_id: UUID, uow: Uow, desk: TheWaysIn, caller: Person) -> None:
    await desk.manage_links.remove(uow, caller.account_id, link_id)
