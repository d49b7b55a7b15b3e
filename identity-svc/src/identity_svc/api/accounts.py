"""Codes, registration and the real-name check."""

from typing import Annotated, Literal

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel, Field

from ..application.register_account import Registration
from ..domain.accounts import Company, Kind
from ..domain.codes import LIFETIME, Purpose, TypedCode, serial_of
from .dependencies import ClientAddress, TheClient, TheMenu, not_cached
from .fields import Body, CodeTicket, IdNumber, Name, OneTimeCode, Password, Phone, Reader, Uscc, reading
from .views import AccountView, SessionView, authentication_of, session_id_of

router = Router(prefix="/api/identity", tags=["accounts"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]


class CodeRequest(Body):
    phone: Phone = Field(examples=["13800000001"])
    purpose: Purpose


class CodeSent(BaseModel):
    """The same for every phone, whether it has an account or not. The code goes with `code_ticket` and no other."""

    code_ticket: str = Field(
        description="验证码的凭据，提交验证码时一并提交 · goes back together with the code"
    )
    serial: str = Field(
        description="序号，与短信中的一致，用于分辨多条短信 · stands in the message too, to tell two of them apart",
        examples=["K7"],
    )
    expires_in: int = Field(description="验证码有效秒数 · seconds the code is valid")
    resend_after: int = Field(description="可再次获取前的秒数 · seconds until another may be asked for")


class RegistrationRequest(Body):
    """`uscc` and `company_name` are required for companies and not allowed for people."""

    kind: Literal["person", "enterprise"] = "person"
    phone: Phone = Field(examples=["13800000001"])
    code: OneTimeCode
    code_ticket: CodeTicket
    password: Password | None = None
    uscc: Uscc | None = None
    company_name: Name | None = None


class Registered(BaseModel):
    account: AccountView
    session: SessionView


class RealNameRequest(Body):
    """For a company: its legal representative's."""

    name: Name = Field(examples=["张三"])
    id_number: IdNumber


class RealNameConfirmed(BaseModel):
    """`access_token` replaces the one in use: it says the new level."""

    account: AccountView
    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int


# None of these answers is kept under an Idempotency-Key: the kept hash of a body with nothing but a phone
# number or a password in it could be guessed.
@router.post("/codes", status_code=202, summary="获取短信验证码 · Ask for a code by SMS")
@answer_not_stored
async def request_code(body: CodeRequest, uow: Uow, menu: TheMenu, address: ClientAddress) -> CodeSent:
    phone = reading(lambda reader: reader.phone(body.phone))
    ticket = await menu.request_code(uow, phone, body.purpose, address)
    return CodeSent(
        code_ticket=ticket,
        serial=serial_of(ticket),
        expires_in=int(LIFETIME.total_seconds()),
        resend_after=int(menu.request_code.resend_after.total_seconds()),
    )


@router.post("/accounts", status_code=201, summary="注册 · Register")
@answer_not_stored
async def register(body: RegistrationRequest, uow: Uow, menu: TheMenu, client: TheClient) -> Registered:
    account, tokens = await menu.register_account(uow, _registration(body), client)
    return Registered(account=AccountView.of(account), session=SessionView.of(tokens))


@router.post("/real-name", summary="实名认证 · Real-name check")
@answer_not_stored
async def verify_real_name(
    body: RealNameRequest, uow: Uow, menu: TheMenu, caller: Person
) -> RealNameConfirmed:
    reader = Reader()
    name, id_number = reader.name(body.name), reader.id_number(body.id_number)
    reader.done()
    account, token = await menu.verify_real_name(
        uow, caller.account_id, session_id_of(caller), authentication_of(caller), name, id_number
    )
    lifetime = int(menu.access_token_lifetime.total_seconds())
    return RealNameConfirmed(account=AccountView.of(account), access_token=token, expires_in=lifetime)


def _registration(body: RegistrationRequest) -> Registration:
    reader = Reader()
    phone = reader.phone(body.phone)
    company = None
    if body.kind == "enterprise":
        uscc = reader.uscc(body.uscc or "")
        if body.company_name is None:
            reader.refuse("/company_name", "请填写企业名称", "required for companies")
        company = Company(body.company_name or "", uscc)
    elif body.uscc is not None or body.company_name is not None:
        reader.refuse("/kind", "个人账号不填写企业信息", "people have no company data")
    reader.done()
    typed = TypedCode(body.code, body.code_ticket)
    return Registration(Kind(body.kind), phone, typed, body.password, company)
