"""The log-in pages: by code, by password, officers by badge; and going on from there."""

from chassis.db import UnitOfWork
from chassis.http import Uow, answer_not_stored
from chassis.problems import Problem
from fastapi import Request, Response

from ...application.factors.challenge import Challenge
from ...application.factors.prove_factor import Proof
from ...application.factors.second_step import SecondStep
from ...application.oidc.authorize import Leave, Position
from ...application.oidc.handlers import OidcDesk
from ...domain.codes import Purpose, TypedCode
from ...domain.oidc.answers import with_query
from ...domain.oidc.clients import Serves
from ...domain.oidc.interaction import Step
from ..dependencies import ClientAddress, TheClient, TheMenu
from ..factors.desk import TheDesk as TheFactors
from ..fields import Reader, reading
from ..ways_in.browser import SCANNED, cookie_of, set_cookie
from .browser import Here, TheBrowser, come_in, cookie_name, send_to, step_path
from .code_page import code_page
from .forms import read_once, typed_code
from .pages import PageRouter, pages
from .persons import shown
from .provider import TheOidc

router = PageRouter()

WAYS = ("code", "password", "officer")


@router.get("/login")
async def show_log_in(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    asked = await _asked(uow, desk, here)
    way = request.query_params.get("way")
    offered = _offered(asked)
    way = way if way in offered else offered[0]
    hint = (asked.flow.asked.login_hint or "") if asked else ""
    again = asked is not None and asked.seat is not None and asked.step is Step.LOG_IN
    seat = await desk.authorize.seat(uow, here.visitor) if asked is None else None
    person = await shown(request, uow, seat) if seat else None
    words = {**_words(request, desk, asked, way), "identifier": hint, "again": again, "person": person}
    return pages(request).show(here, "login", **words)


@router.get("/login/continue")
async def go_on_from_here(request: Request, uow: Uow, desk: TheOidc, here: TheBrowser) -> Response:
    if here.flow_id is None:
        seat = await desk.authorize.seat(uow, here.visitor)
        if seat is None:
            return here.finish(send_to("/login"))
        if (scanned := cookie_of(request, SCANNED)) and not seat.subject.is_officer:
            response = here.finish(send_to(with_query("/login/scan", code=scanned)))
            set_cookie(request, response, SCANNED, "", 0)
            return response
        return pages(request).show(here, "home", person=await shown(request, uow, seat))
    after = await desk.authorize.go_on(here.flow_id, here.visitor)
    if isinstance(after, Leave):
        # A page of its own: browsers hold a form's redirections to the form's own site (CSP form-action).
        return pages(request).show(here, "leave", url=after.url, client=after.client, path="/login")
    return here.finish(send_to(with_query(step_path(after.step), flow=after.flow_id)))


@router.post("/login/password")
@answer_not_stored
async def by_password(
    request: Request, uow: Uow, desk: TheOidc, menu: TheMenu, here: TheBrowser, device: TheClient
) -> Response:
    form = await _form(request, here)
    identifier = form.get("phone", "")
    try:
        phone = reading(lambda reader: _phone_and_password(reader, form))
        tokens = await menu.log_in.by_phone_and_password(uow, phone, form["password"], device)
        return await come_in(request, uow, here, tokens, here.flow_id)
    except Problem as problem:
        return await _again(request, uow, desk, here, "password", identifier, problem)


@router.post("/login/officer")
@answer_not_stored
async def by_badge(
    request: Request, uow: Uow, desk: TheOidc, menu: TheMenu, here: TheBrowser, device: TheClient
) -> Response:
    form = await _form(request, here)
    identifier = form.get("badge_no", "")
    trusted = request.cookies.get(cookie_name("device", here.secure))
    try:
        badge_no = reading(lambda reader: _badge_and_password(reader, form))
        outcome = await menu.log_in.by_badge_and_password(uow, badge_no, form["password"], device, trusted)
        if isinstance(outcome, Challenge):
            return pages(request).show(here, "second_factor", challenge=outcome.text, path="/login")
        return await come_in(request, uow, here, outcome, here.flow_id)
    except Problem as problem:
        return await _again(request, uow, desk, here, "officer", identifier, problem)


@router.post("/login/officer/code")
@answer_not_stored
async def by_second_factor(
    request: Request, uow: Uow, factors: TheFactors, here: TheBrowser, device: TheClient
) -> Response:
    """The code of an authenticator, or a recovery code in its place."""
    form = await _form(request, here)
    challenge, code = form.get("challenge", ""), "".join(form.get("code", "").split())
    proof = Proof(code, is_recovery_code=not (code.isascii() and code.isdigit() and len(code) == 6))
    name = (device.device or "浏览器") if form.get("trust") == "yes" else None
    try:
        reading(lambda reader: _require_code(reader, code))
        passed = await factors.pass_step(uow, SecondStep(challenge, proof, name), device)
        here.device_cookie = passed.device_token
        return await come_in(request, uow, here, passed.tokens, here.flow_id)
    except Problem as problem:
        return pages(request).again(here, "second_factor", problem, challenge=challenge, path="/login")


@router.post("/login/code")
@answer_not_stored
async def send_code(
    request: Request, uow: Uow, desk: TheOidc, menu: TheMenu, here: TheBrowser, address: ClientAddress
) -> Response:
    """The next page is the same for every phone, whether it has an account or not."""
    form = await _form(request, here)
    identifier = form.get("phone", "")
    try:
        phone = reading(lambda reader: reader.phone(identifier))
        ticket = await menu.request_code(uow, phone, Purpose.LOGIN, address)
    except Problem as problem:
        if kept := form.get("code_ticket"):  # another one was refused: the code that was sent is good still
            return code_page(request, here, identifier, TypedCode("", kept), problem)
        return await _again(request, uow, desk, here, "code", identifier, problem)
    return code_page(request, here, identifier, TypedCode("", ticket))


@router.post("/login/code/enter")
@answer_not_stored
async def by_code(
    request: Request, uow: Uow, desk: TheOidc, menu: TheMenu, here: TheBrowser, device: TheClient
) -> Response:
    form = await _form(request, here)
    identifier = form.get("phone", "")
    typed = typed_code(form)
    try:
        phone = reading(lambda reader: reader.phone(identifier))
        tokens = await menu.log_in.by_code(uow, phone, typed, device)
        return await come_in(request, uow, here, tokens, here.flow_id)
    except Problem as problem:
        return code_page(request, here, identifier, typed, problem)


async def _form(request: Request, here: Here) -> dict[str, str]:
    form = await read_once(request)
    here.check_form(request, form)
    return form


async def _asked(uow: UnitOfWork, desk: OidcDesk, here: Here) -> Position | None:
    return await desk.authorize.where(uow, here.flow_id, here.visitor) if here.flow_id else None


async def _again(
    request: Request, uow: UnitOfWork, desk: OidcDesk, here: Here, way: str, identifier: str, problem: Problem
) -> Response:
    await uow.rollback()
    asked = await _asked(uow, desk, here)
    words = {**_words(request, desk, asked, way), "identifier": identifier, "again": False}
    return pages(request).again(here, "login", problem, **words, person=None, path="/login")


def _words(request: Request, desk: OidcDesk, asked: Position | None, way: str) -> dict[str, object]:
    client = asked.client if asked else None
    offered = desk.ways_in.to_log_in(request.headers.get("user-agent", ""))
    return {
        "client": client,
        "way": way,
        "offered": _offered(asked),
        "ways_in": [one for one in offered if client is None or one.serves in client.data.serves],
    }


def _offered(asked: Position | None) -> tuple[str, ...]:
    serves = asked.client.data.serves if asked else frozenset(Serves)
    return tuple(way for way in WAYS if (Serves.OFFICERS if way == "officer" else Serves.PEOPLE) in serves)


def _phone_and_password(reader: Reader, form: dict[str, str]) -> str:
    phone = reader.phone(form.get("phone", ""))
    _require_password(reader, form)
    return phone


def _badge_and_password(reader: Reader, form: dict[str, str]) -> str:
    badge_no = reader.badge(form.get("badge_no", ""))
    _require_password(reader, form)
    return badge_no


def _require_code(reader: Reader, code: str) -> None:
    if not code:
        reader.refuse("/code", "请输入动态口令或恢复码", "enter the code, or a recovery code")


def _require_password(reader: Reader, form: dict[str, str]) -> None:
    if not form.get("password"):
        reader.refuse("/password", "请输入口令", "enter the password")
