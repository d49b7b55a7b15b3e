"""The questions between log-in and code: which account, which level, whether one agrees."""

from chassis.db import UnitOfWork
from chassis.http import Uow, answer_not_stored
from chassis.problems import Problem
from fastapi import Request, Response

from ...application.oidc.authorize import Position
from ...application.oidc.handlers import OidcDesk
from ...domain.oidc.answers import with_query
from ...domain.oidc.clients import LEVEL_FOR_IDENTITY, Scope
from ...domain.oidc.errors import FlowGone
from ...domain.oidc.interaction import Step
from ..dependencies import TheMenu
from ..fields import Reader
from .browser import Here, TheBrowser, go_on, send_to, step_path
from .forms import read_once
from .pages import PageRouter, pages
from .persons import shown
from .provider import TheOidc

router = PageRouter(prefix="/login")
_SCOPES = [scope for scope in Scope if scope is not Scope.OPENID]


@router.get("/choose")
async def show_choice(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    at = await _where(uow, desk, here)
    if at.step is not Step.CHOOSE or at.seat is None:
        return here.finish(_next(at))
    return pages(request).show(
        here,
        "choose",
        client=at.client,
        person=await shown(request, uow, at.seat),
        fits=at.client.serves(at.seat.subject) and at.flow.asked.expected_sub in (None, at.seat.sub),
    )


@router.post("/choose")
@answer_not_stored
async def choose(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    await _form(request, here)
    at = await _where(uow, desk, here)
    if at.step is Step.CHOOSE and at.seat is not None:
        await desk.flows.choose(uow, at.flow.id, at.seat.session_id)
    return here.finish(go_on(here.flow_id))


@router.get("/consent")
async def show_consent(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    at = await _where(uow, desk, here)
    if at.step is not Step.CONSENT or at.seat is None:
        return here.finish(_next(at))
    return pages(request).show(
        here,
        "consent",
        client=at.client,
        person=await shown(request, uow, at.seat),
        scopes=[scope.value for scope in _SCOPES if scope in at.flow.asked.scopes],
    )


@router.post("/consent")
@answer_not_stored
async def consent(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    form = await _form(request, here)
    at = await _where(uow, desk, here)
    if at.step is Step.CONSENT and form.get("answer") == "yes":
        await desk.agree(uow, at)
    return here.finish(go_on(here.flow_id))


@router.post("/cancel")
@answer_not_stored
async def cancel(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    """Back to the client, which hears that the person did not agree."""
    await _form(request, here)
    leave = await desk.authorize.refuse(uow, await _where(uow, desk, here))
    return pages(request).show(here, "leave", url=leave.url, client=leave.client, path="/login")


@router.get("/level")
async def show_level(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    at = await _where(uow, desk, here)
    if at.step is not Step.LEVEL or at.seat is None:
        return here.finish(_next(at))
    return pages(request).show(here, "level", **await _level_words(request, uow, desk, at))


@router.post("/level/real-name")
@answer_not_stored
async def check_real_name(
    request: Request, uow: Uow, desk: TheOidc, menu: TheMenu, here: TheBrowser
) -> Response:
    """The real-name check on the spot; whatever else is needed comes on the same page again."""
    form = await _form(request, here)
    at = await _where(uow, desk, here)
    if at.step is not Step.LEVEL or at.seat is None or at.seat.subject.is_officer:
        return here.finish(_next(at))
    seat = at.seat
    try:
        name, id_number = _name_and_number(form)
        await menu.verify_real_name(
            uow, seat.subject.id, seat.session_id, seat.authentication, name, id_number
        )
    except Problem as problem:
        await uow.rollback()
        words = await _level_words(request, uow, desk, at)
        given = {"name": form.get("name", ""), "id_number": form.get("id_number", "")}
        return pages(request).again(here, "level", problem, path="/login/level", **(words | given))
    await here.renew(uow, desk.flows)
    return here.finish(go_on(here.flow_id))


def _name_and_number(form: dict[str, str]) -> tuple[str, str]:
    """Raises InvalidInput."""
    reader = Reader()
    given = form.get("name", "").strip()
    if not 2 <= len(given) <= 50:
        reader.refuse("/name", "请输入姓名", "enter the name")
    name, id_number = reader.name(given), reader.id_number(form.get("id_number", ""))
    reader.done()
    return name, id_number


async def _level_words(request: Request, uow: UnitOfWork, desk: OidcDesk, at: Position) -> dict[str, object]:
    assert at.seat is not None
    person = await shown(request, uow, at.seat)
    needed = at.flow.asked.level
    return {
        "client": at.client,
        "person": person,
        "needed": needed,
        # Level 3 builds on it; whoever needs 4 goes to a window either way.
        "by_real_name": person.level < LEVEL_FOR_IDENTITY and needed <= 3 and not person.is_officer,
        "ways_in": desk.ways_in.to_reach(needed),
        "name": "",
        "id_number": "",
    }


async def _where(uow: UnitOfWork, desk: OidcDesk, here: Here) -> Position:
    """Raises FlowGone."""
    if here.flow_id is None:
        raise FlowGone
    return await desk.authorize.where(uow, here.flow_id, here.visitor)


def _next(at: Position) -> Response:
    return send_to(with_query(step_path(at.step), flow=at.flow.id))


async def _form(request: Request, here: Here) -> dict[str, str]:
    form = await read_once(request)
    here.check_form(request, form)
    return form
