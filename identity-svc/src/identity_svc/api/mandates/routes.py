"""Mandates over HTTP. None of it with an acting token: rights are not handed on by those who have them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.db import UnitOfWork
from chassis.http import IfMatch, Router, Uow, allow, answer_not_stored
from chassis.paging import Page, decode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query, Request, Response

from ...application.mandates.act import Act
from ...application.mandates.add_ward import AddWard
from ...application.mandates.answer import AnswerMandate
from ...application.mandates.check_scope import CheckScope
from ...application.mandates.offer import OfferMandate
from ...application.mandates.ports import Mandates, People
from ...domain.mandates.errors import MandateNotFound
from ...domain.mandates.mandate import Mandate, State
from ..dependencies import Limit, not_cached
from ..paging import page
from ..views import authentication_of, session_id_of
from .bodies import ActingRequest, NewMandate, NewWard, WardAtWindow
from .views import ActingView, MandateView

router = Router(prefix="/api/identity", tags=["mandates"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]
Sworn = Annotated[Caller, Depends(allow(Role.OFFICER))]


@dataclass(frozen=True, slots=True)
class MandateDesk:
    """`longest`: how far ahead a mandate may end."""

    mandates: Mandates
    people: People
    check_scope: CheckScope
    offer: OfferMandate
    answer: AnswerMandate
    add_ward: AddWard
    act: Act
    longest: timedelta

    async def show(self, uow: UnitOfWork, *mandates: Mandate) -> list[MandateView]:
        ids = {one.principal_id for one in mandates} | {one.agent_id for one in mandates if one.agent_id}
        accounts = await self.people.many(uow, ids)
        return [MandateView.of(one, accounts) for one in mandates]


async def _desk(request: Request) -> MandateDesk:
    desk: MandateDesk = request.app.state.mandates
    return desk


Desk = Annotated[MandateDesk, Depends(_desk)]


@router.post("/mandates", status_code=201, summary="授权他人代办 · Let somebody act for you")
@answer_not_stored
async def offer_mandate(
    body: NewMandate, response: Response, uow: Uow, desk: Desk, caller: Person
) -> MandateView:
    """对方是否已注册，答复都一样；授权等待其注册并接受 · Answered alike whether that phone has an account; it waits."""
    await desk.check_scope(uow, body.items, body.departments)
    offered = await desk.offer(uow, caller.account_id, body.read(desk.longest))
    response.headers["Location"] = f"/api/identity/mandates/{offered.id}"
    return await _shown(response, uow, desk, offered)


@router.get("/mandates", summary="我的授权 · My mandates")
async def list_mandates(
    uow: Uow,
    desk: Desk,
    caller: Person,
    side: Annotated[
        Literal["principal", "agent"] | None,
        Query(description="principal 我授出的，agent 我代办的 · given, or got"),
    ] = None,
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 50,
) -> Page[MandateView]:
    """授出的、代办的和待接受的，最新在前 · Given, got and waiting for an answer, the newest first."""
    before = decode_cursor(cursor, UUID)
    me = await desk.people.by_id(uow, caller.account_id)
    rows = await desk.mandates.of(
        uow,
        caller.account_id,
        me.personal.phone if me else None,
        side=side,
        state=state,
        before=before[0] if before else None,
        limit=limit + 1,
    )
    views = {view.id: view for view in await desk.show(uow, *rows)}
    return page(rows, limit, lambda one: views[one.id], lambda one: one.id)


@router.get("/mandates/{mandate_id}", summary="一项授权 · One mandate")
async def show_mandate(
    mandate_id: UUID, response: Response, uow: Uow, desk: Desk, caller: Person
) -> MandateView:
    me = await desk.people.by_id(uow, caller.account_id)
    mandate = await desk.mandates.get(uow, mandate_id)
    if mandate is None or me is None:
        raise MandateNotFound
    if caller.account_id not in (mandate.principal_id, mandate.agent_id, mandate.offered_by):
        phone = me.personal.phone
        if phone is None or not await desk.mandates.is_offered_to(uow, mandate_id, phone):
            raise MandateNotFound
    return await _shown(response, uow, desk, mandate)


@router.post("/mandates/{mandate_id}/accept", summary="接受授权 · Accept")
async def accept_mandate(
    mandate_id: UUID, response: Response, uow: Uow, desk: Desk, caller: Person, if_match: IfMatch
) -> MandateView:
    accepted = await desk.answer.accept(uow, caller.account_id, mandate_id, if_match)
    return await _shown(response, uow, desk, accepted)


@router.post("/mandates/{mandate_id}/decline", summary="谢绝授权 · Decline")
async def decline_mandate(
    mandate_id: UUID, response: Response, uow: Uow, desk: Desk, caller: Person, if_match: IfMatch
) -> MandateView:
    declined = await desk.answer.decline(uow, caller.account_id, mandate_id, if_match)
    return await _shown(response, uow, desk, declined)


@router.post("/mandates/{mandate_id}/revoke", summary="解除授权（双方均可） · Revoke, by either side")
async def revoke_mandate(
    mandate_id: UUID, response: Response, uow: Uow, desk: Desk, caller: Person, if_match: IfMatch
) -> MandateView:
    """立即生效 · Effective at once: tokens that act by it open nothing any more."""
    revoked = await desk.answer.revoke(uow, caller.account_id, mandate_id, if_match)
    return await _shown(response, uow, desk, revoked)


@router.post("/wards", status_code=201, summary="登记未成年子女 · Act for one's child")
@answer_not_stored
async def add_ward(body: NewWard, response: Response, uow: Uow, desk: Desk, caller: Person) -> MandateView:
    """经亲属关系核验；至年满十八周岁为止 · The registry confirms the kinship; until the 18th birthday at most."""
    expires_at = body.expires_at(desk.longest)
    await desk.check_scope(uow, body.items, body.departments)
    granted = await desk.add_ward.of_child(uow, caller.account_id, body.read(), body.scope(), expires_at)
    return await _shown(response, uow, desk, granted)


@router.post("/window-wards", status_code=201, summary="窗口登记监护关系 · A guardianship seen at a window")
@answer_not_stored
async def add_ward_at_window(
    body: WardAtWindow, response: Response, uow: Uow, desk: Desk, caller: Sworn
) -> MandateView:
    """核验人、窗口会留痕，并告知双方 · Who saw it and where is kept, and both are told."""
    expires_at = body.expires_at(desk.longest)
    await desk.check_scope(uow, body.items, body.departments)
    granted = await desk.add_ward.at_window(
        uow, caller.account_id, body.window, body.phone(), body.read(), body.scope(), expires_at
    )
    return await _shown(response, uow, desk, granted)


@router.post("/acting", summary="代办令牌 · A token to act for somebody")
@answer_not_stored
async def act(body: ActingRequest, uow: Uow, desk: Desk, caller: Person) -> ActingView:
    """短时有效，不能刷新，凭自己的登录重新获取 · Short-lived and not refreshed; ask again with your own token."""
    acting = await desk.act(
        uow, caller.account_id, session_id_of(caller), authentication_of(caller), body.mandate_id
    )
    return ActingView.of(acting)


async def _shown(response: Response, uow: UnitOfWork, desk: MandateDesk, mandate: Mandate) -> MandateView:
    response.headers["ETag"] = f'"{mandate.version}"'
    (view,) = await desk.show(uow, mandate)
    return view
