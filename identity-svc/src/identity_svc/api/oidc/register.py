"""Registering on the way: whoever proved a phone that has no account yet gets one, and the log-in goes on."""

from chassis.http import Uow, answer_not_stored
from chassis.problems import Problem
from fastapi import Request, Response

from ...application.register_account import Registration
from ...domain.accounts import Kind
from ..dependencies import TheClient, TheMenu
from ..fields import reading
from .browser import TheBrowser, come_in
from .code_page import code_page
from .forms import read_once, typed_code
from .pages import PageRouter

router = PageRouter(prefix="/login/register")


@router.post("")
@answer_not_stored
async def register(
    request: Request, uow: Uow, menu: TheMenu, here: TheBrowser, device: TheClient
) -> Response:
    """By the code that was to log them in: it was right, and they were told that there is no account."""
    form = await read_once(request)
    here.check_form(request, form)
    given, typed = form.get("phone", ""), typed_code(form)
    try:
        phone = reading(lambda reader: reader.phone(given))
        wanted = Registration(Kind.PERSON, phone, typed, password=None, company=None)
        _, tokens = await menu.register_account(uow, wanted, device)
        return await come_in(request, uow, here, tokens, here.flow_id)
    except Problem as problem:
        return code_page(request, here, given, typed, problem)
