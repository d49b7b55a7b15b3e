"""The code on a computer's log-in page, and the page that a phone's own browser opens when it scans it."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.clock import SHANGHAI
from chassis.http import Uow, answer_not_stored
from fastapi import Request, Response
from markupsafe import Markup

from ...application.ways_in.log_in_by_qr import QrShown
from ...domain.devices import in_english
from ...domain.oidc.answers import with_query
from ...domain.oidc.interaction import Seat
from ...domain.personal import mask_phone
from ...domain.ways_in.errors import QrGone
from ...domain.ways_in.qr import LIFETIME, QrSeen, QrState
from ..dependencies import TheClient, TheMenu
from ..oidc.browser import TheBrowser, come_in, send_to
from ..oidc.forms import read_once
from ..oidc.pages import PageRouter, pages
from ..oidc.persons import shown as shown_person
from ..oidc.provider import TheOidc
from .browser import QR, SCANNED, cookie_of, set_cookie
from .qr import picture, scan_url
from .views import TheWaysIn

router = PageRouter()
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_REFRESH: Final = {QrState.WAITING: 3, QrState.SCANNED: 2}


@router.get("/login/qr")
async def show_code(
    request: Request, uow: Uow, menu: TheMenu, desk: TheWaysIn, here: TheBrowser, client: TheClient
) -> Response:
    """The code that this browser shows already, and how it stands; else a new one."""
    kept = _kept(request)
    seen = await _seen(desk, kept) if kept and "new" not in request.query_params else None
    if kept is None or seen is None or seen.state is QrState.USED:
        kept = await desk.log_in_by_qr.show_now(client)
        response = here.finish(send_to(with_query("/login/qr", flow=here.flow_id)))
        value = f"{kept.id}.{kept.code}.{kept.secret}"
        set_cookie(request, response, QR, value, int(LIFETIME.total_seconds()))
        return response
    account = await menu.accounts.by_id(uow, seen.account_id) if seen.account_id else None
    return pages(request).show(
        here,
        "qr",
        state=seen.state,
        picture=Markup(picture(scan_url(desk.public_url, kept))),
        phone=mask_phone(account.personal.phone) if account and account.personal.phone else "",
        refresh=_REFRESH.get(seen.state),
    )


@router.post("/login/qr")
@answer_not_stored
async def enter(request: Request, uow: Uow, desk: TheWaysIn, here: TheBrowser, client: TheClient) -> Response:
    here.check_form(request, await read_once(request))
    kept = _kept(request)
    if kept is None:
        raise QrGone
    tokens = await desk.log_in_by_qr.come_in(uow, kept.id, kept.secret, client)
    response = await come_in(request, uow, here, tokens, here.flow_id)
    set_cookie(request, response, QR, "", 0)
    return response


@router.get("/login/scan")
async def scan(
    request: Request, uow: Uow, desk: TheWaysIn, oidc: TheOidc, here: TheBrowser, client: TheClient
) -> Response:
    """What a phone's camera opens. Looking binds the code to this phone, so that nobody else can answer for it."""
    seat = await oidc.authorize.seat(uow, here.visitor)
    code = request.query_params.get("code", "")
    if seat is None or seat.subject.is_officer:
        response = pages(request).show(here, "scan", done=None, person=None, path="/login")
        if _CODE.fullmatch(code):
            # As long as the code itself. It brings them back to the question, which they still have to answer.
            set_cookie(request, response, SCANNED, code, int(LIFETIME.total_seconds()))
        return response
    asked = await desk.log_in_by_qr.scan_now(code, seat.subject.id, seat.session_id)
    device = asked.client.device or "未知设备"
    place = desk.places.of(asked.client.address)
    return pages(request).show(
        here,
        "scan",
        done=None,
        person=await shown_person(request, uow, seat),
        log_in_id=str(asked.id),
        near=asked.client.network == client.network,
        device=(device, in_english(device) if asked.client.device else "an unknown device"),
        place=(place.name, place.name_en),
        asked_at=asked.asked_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        path=with_query("/login/scan", code=code),
    )


@router.post("/login/scan/confirm")
@answer_not_stored
async def confirm(request: Request, uow: Uow, desk: TheWaysIn, oidc: TheOidc, here: TheBrowser) -> Response:
    answer = await _answer(request, uow, oidc, here)
    await desk.log_in_by_qr.answer(
        uow, answer.log_in_id, answer.seat.subject.id, answer.seat.session_id, confirmed=True
    )
    return pages(request).show(here, "scan", done="confirm", path="/login")


@router.post("/login/scan/refuse")
@answer_not_stored
async def refuse(request: Request, uow: Uow, desk: TheWaysIn, oidc: TheOidc, here: TheBrowser) -> Response:
    answer = await _answer(request, uow, oidc, here)
    await desk.log_in_by_qr.answer(
        uow, answer.log_in_id, answer.seat.subject.id, answer.seat.session_id, confirmed=False
    )
    return pages(request).show(here, "scan", done="refuse", path="/login")


@dataclass(frozen=True, slots=True)
class _Answer:
    log_in_id: UUID
    seat: Seat


async def _answer(request: Request, uow: Uow, oidc: TheOidc, here: TheBrowser) -> _Answer:
    """Raises FormStale, QrGone."""
    form = await read_once(request)
    here.check_form(request, form)
    seat = await oidc.authorize.seat(uow, here.visitor)
    try:
        log_in_id = UUID(form.get("id", ""))
    except ValueError:
        raise QrGone from None
    if seat is None:
        raise QrGone
    return _Answer(log_in_id, seat)


async def _seen(desk: TheWaysIn, kept: QrShown) -> QrSeen | None:
    try:
        return await desk.log_in_by_qr.news(kept.id, kept.secret, None, 0)
    except QrGone:
        return None


def _kept(request: Request) -> QrShown | None:
    parts = (cookie_of(request, QR) or "").split(".")
    try:
        return QrShown(UUID(parts[0]), parts[1], parts[2]) if len(parts) == 3 else None
    except ValueError:
        return None
