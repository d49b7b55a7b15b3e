"""Logging in from WeChat's mini-program, and going on where somebody vouched for has no account linked yet."""

from chassis.http import Router, Uow, answer_not_stored
from fastapi import Depends
from pydantic import BaseModel, Field

from ...application.ways_in.link_phone import PhoneProof
from ...domain.codes import LIFETIME, serial_of
from ...domain.personal import mask_phone
from ..dependencies import ClientAddress, TheClient, TheMenu, not_cached
from ..fields import Body, CodeTicket, OneTimeCode, Phone, Reader, reading
from ..views import SessionView
from .views import Entered, KeptTicket, ProviderCode, TheWaysIn, Ticket, the_ticket

router = Router(prefix="/api/identity/sessions", tags=["ways in"], dependencies=[Depends(not_cached)])


class WeChatLogIn(Body):
    js_code: ProviderCode = Field(description="wx.login 得到的 code · what wx.login gave")


class WithTicket(Body):
    """Browsers that came back from a provider keep the ticket themselves and leave it away."""

    ticket: Ticket | None = None


class LinkCodeRequest(Body):
    """`phone` may stay away where `account_found` was answered: the code goes to that account's phone."""

    ticket: Ticket | None = None
    phone: Phone | None = None


class LinkCodeSent(BaseModel):
    """`ticket` in other bodies is the provider's word; `code_ticket` belongs to the code."""

    phone: str = Field(description="发往的手机号（掩码） · where it was sent, masked")
    code_ticket: str = Field(
        description="验证码的凭据，提交验证码时一并提交 · goes back together with the code"
    )
    serial: str = Field(description="序号，与短信中的一致 · stands in the message too", examples=["K7"])
    expires_in: int
    resend_after: int


class LinkRequest(Body):
    """One proof of a phone: `code` and `code_ticket`, or `wechat_phone_code` from WeChat's phone button."""

    ticket: Ticket | None = None
    phone: Phone | None = None
    code: OneTimeCode | None = None
    code_ticket: CodeTicket | None = None
    wechat_phone_code: ProviderCode | None = None


class Linked(BaseModel):
    """`registered`: the phone had no account, so one was made."""

    registered: bool
    session: SessionView


@router.post("/wechat", summary="微信小程序登录 · Log in from the mini-program")
@answer_not_stored
async def log_in_by_wechat(body: WeChatLogIn, uow: Uow, desk: TheWaysIn, client: TheClient) -> Entered:
    return Entered.of(await desk.enter.by_wechat(uow, body.js_code, client))


@router.post("/vouched", summary="凭第三方确认登录 · Log in with a provider's word")
@answer_not_stored
async def log_in_by_ticket(
    body: WithTicket, uow: Uow, desk: TheWaysIn, client: TheClient, kept: KeptTicket
) -> Entered:
    return Entered.of(await desk.enter.by_ticket(uow, the_ticket(body.ticket, kept), client))


@router.post("/link-codes", status_code=202, summary="获取关联账号的验证码 · A code to link with")
@answer_not_stored
async def send_link_code(
    body: LinkCodeRequest, uow: Uow, desk: TheWaysIn, menu: TheMenu, address: ClientAddress, kept: KeptTicket
) -> LinkCodeSent:
    given = body.phone
    phone = reading(lambda reader: reader.phone(given)) if given is not None else None
    sent_to = await desk.link_phone.send_code(uow, the_ticket(body.ticket, kept), phone, address)
    return LinkCodeSent(
        phone=mask_phone(sent_to.phone),
        code_ticket=sent_to.ticket,
        serial=serial_of(sent_to.ticket),
        expires_in=int(LIFETIME.total_seconds()),
        resend_after=int(menu.request_code.resend_after.total_seconds()),
    )


@router.post("/linked", status_code=201, summary="关联或注册并登录 · Link or register, and log in")
@answer_not_stored
async def link_and_log_in(
    body: LinkRequest, uow: Uow, desk: TheWaysIn, client: TheClient, kept: KeptTicket
) -> Linked:
    proof, ticket = _proof(body), the_ticket(body.ticket, kept)
    tokens, registered = await desk.link_phone(uow, ticket, proof, client)
    return Linked(registered=registered, session=SessionView.of(tokens))


def _proof(body: LinkRequest) -> PhoneProof:
    reader = Reader()
    if (body.code is None) == (body.wechat_phone_code is None):
        reader.refuse(
            "/code", "短信验证码和微信手机号授权须填且只填一项", "give exactly one proof of the phone"
        )
    if body.wechat_phone_code is not None and body.phone is not None:
        reader.refuse("/phone", "使用微信手机号时不填写手机号", "WeChat says which phone it is")
    phone = reader.phone(body.phone) if body.phone is not None else None
    typed = reader.typed_code(body.code, body.code_ticket)
    reader.done()
    return PhoneProof(phone=phone, code=typed, wechat_phone_code=body.wechat_phone_code)
