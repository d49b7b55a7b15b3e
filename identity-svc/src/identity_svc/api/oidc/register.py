"""Registering on the way: whoever proved a phone that has no account yet gets one, and the log-in goes on."""

from chassis.http import Uow, answer_not_stored
from chassis.problems import Problem
from fastapi import Request, Response

from ...application.register_account import Registration
from ...domain.accounts import Kind
from ...domain.codes import Purpose
from ..dependencies import ClientAddress, TheClient, TheMenu
from ..fields import reading
from .browser import Here, TheBrowser, come_in
from .forms import code_words, read_once, typed_code
from .pages import PageRouter, pages

router = PageRouter(prefix="/login/register")


@router.post("/code")
@answer_not_stored
async def send_code(
    request: Request, uow: Uow, menu: TheMenu, here: TheBrowser, address: ClientAddress
) -> Response:
    """The next page is the same for every phone."""
    form = await read_once(request)
    here.check_form(request, form)
    given = form.get("phone", "")
    try:
        phone = reading(lambda reader: reader.phone(given))
        ticket = await menu.request_code(uow, phone, Purpose.REGISTER, address)
    except Problem as problem:
        return _page(request, here, given, "", problem)
    return _page(request, here, given, ticket)


@router.post("")
@answer_not_stored
async def register(
    request: Request, uow: Uow, menu: TheMenu, here: TheBrowser, device: TheClient
) -> Response:
    form = await read_once(request)
    here.check_form(request, form)
    given = form.get("phone", "")
    typed = typed_code(form)
    try:
        phone = reading(lambda reader: reader.phone(given))
        wanted = Registration(Kind.PERSON, phone, typed, password=None, company=None)
        _, tokens = await menu.register_account(uow, wanted, device)
        return await come_in(request, uow, here, tokens, here.flow_id)
    except Problem as problem:
        return _page(request, here, given, typed.ticket, problem)


def _page(request: Request, here: Here, phone: str, ticket: str, problem: Problem | None = None) -> Response:
    words = {"phone": phone, "path": "/login", **code_words(ticket)}
    if problem is not None:
        return pages(request).again(here, "register", problem, **words)
    return pages(request).show(here, "register", **words)
