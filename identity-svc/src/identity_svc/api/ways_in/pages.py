"""The log-in pages of those who come with a provider's word, for browsers without script."""

from typing import Any

from chassis.http import Uow, answer_not_stored
from chassis.problems import Problem
from fastapi import Request, Response

from ...application.open_session import IssuedTokens
from ...application.ways_in.enter import PhoneNeeded
from ...application.ways_in.link_phone import PhoneProof
from ...domain.codes import TypedCode
from ...domain.oidc.answers import with_query
from ...domain.personal import mask_phone
from ...domain.ways_in.journey import LIFETIME as JOURNEY_LIFETIME
from ..dependencies import ClientAddress, TheClient
from ..fields import Reader, reading
from ..oidc.browser import Here, TheBrowser, come_in, send_to
from ..oidc.forms import code_words, read_once, typed_code
from ..oidc.pages import PageRouter, pages
from .browser import JOURNEY, set_cookie
from .travel import NAMES
from .views import KeptTicket, TheWaysIn, the_ticket

router = PageRouter()
_FAILED = {
    "refused": ("没有确认您的身份，或您取消了登录。", "Who you are was not confirmed, or you cancelled."),
    "down": (
        "对方暂时没有答复，请稍后再试，或换一种方式。",
        "There was no answer; try again later, or another way.",
    ),
    "stale": (
        "这次登录不是从本浏览器发起的，或已用过、已过期，请重新开始。",
        "This log-in was not begun in this browser, was used already, or has expired: begin again.",
    ),
    "wait": ("尝试次数过多，请稍后再试。", "There were too many attempts; try again later."),
}


@router.get("/login/ways/{provider}")
async def set_out(provider: str, request: Request, desk: TheWaysIn, here: TheBrowser) -> Response:
    back = with_query("/login/vouched", flow=here.flow_id)
    page, kept = await desk.travel.begin(provider, back)
    response = here.finish(send_to(page))
    set_cookie(request, response, JOURNEY, kept, int(JOURNEY_LIFETIME.total_seconds()))
    return response


@router.get("/login/vouched")
async def came_back(request: Request, here: TheBrowser) -> Response:
    """A question, not the log-in itself: a GET changes nothing."""
    outcome = request.query_params.get("way_in", "")
    provider = next((names for name, names in NAMES.items() if name == outcome), None)
    failed = None if provider else _FAILED.get(outcome, _FAILED["refused"])
    return pages(request).show(here, "vouched", provider=provider, failed=failed)


@router.post("/login/vouched")
@answer_not_stored
async def enter(
    request: Request, uow: Uow, desk: TheWaysIn, here: TheBrowser, client: TheClient, kept: KeptTicket
) -> Response:
    here.check_form(request, await read_once(request))
    entered = await desk.enter.by_ticket(uow, the_ticket(None, kept), client)
    if isinstance(entered, IssuedTokens):
        return await come_in(request, uow, here, entered, here.flow_id)
    return pages(request).show(here, "vouched_phone", **_phone_words(entered, ""))


@router.post("/login/vouched/code")
@answer_not_stored
async def send_code(
    request: Request, uow: Uow, desk: TheWaysIn, here: TheBrowser, address: ClientAddress, kept: KeptTicket
) -> Response:
    form = await read_once(request)
    here.check_form(request, form)
    phone = form.get("phone", "")
    try:
        wanted = reading(lambda reader: reader.phone(phone)) if phone else None
        sent = await desk.link_phone.send_code(uow, the_ticket(None, kept), wanted, address)
    except Problem as problem:
        if problem.status in (401, 409):
            raise
        if kept := form.get("code_ticket"):  # another one was refused: the code that was sent is good still
            return _code_page(request, here, phone, form.get("sent_to", ""), kept, problem)
        words: dict[str, Any] = {"phone": phone, "own_phone": None, "path": "/login"}
        return pages(request).again(here, "vouched_phone", problem, **words)
    return _code_page(request, here, phone, mask_phone(sent.phone), sent.ticket)


@router.post("/login/vouched/enter")
@answer_not_stored
async def link_and_enter(
    request: Request, uow: Uow, desk: TheWaysIn, here: TheBrowser, client: TheClient, kept: KeptTicket
) -> Response:
    form = await read_once(request)
    here.check_form(request, form)
    phone, typed = form.get("phone", ""), typed_code(form)
    try:
        proof = _proof(phone, typed)
        tokens, _ = await desk.link_phone(uow, the_ticket(None, kept), proof, client)
    except Problem as problem:
        if problem.status in (401, 409):
            raise
        return _code_page(request, here, phone, form.get("sent_to", ""), typed.ticket, problem)
    return await come_in(request, uow, here, tokens, here.flow_id)


def _proof(phone: str, typed: TypedCode) -> PhoneProof:
    reader, code = Reader(), typed.code
    number = reader.phone(phone) if phone else None
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        reader.refuse("/code", "请输入 6 位数字验证码", "a code has 6 digits")
    reader.done()
    return PhoneProof(phone=number, code=typed)


def _phone_words(needed: PhoneNeeded, phone: str) -> dict[str, Any]:
    own = mask_phone(needed.own_phone) if needed.own_phone else None
    return {"own_phone": own, "phone": phone, "path": "/login"}


def _code_page(
    request: Request, here: Here, phone: str, sent_to: str, ticket: str, problem: Problem | None = None
) -> Response:
    words: dict[str, Any] = {"phone": phone, "sent_to": sent_to, "path": "/login", **code_words(ticket)}
    if problem is not None:
        return pages(request).again(here, "vouched_code", problem, **words)
    return pages(request).show(here, "vouched_code", **words)
