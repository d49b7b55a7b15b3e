"""Logging in, staying logged in, logging out."""

from typing import Annotated

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from fastapi import Depends, Response
from pydantic import Field, StringConstraints

from ..application.factors.challenge import Challenge
from ..application.open_session import IssuedTokens
from ..domain.devices import Client
from .dependencies import ClientAddress, TheClient, TheMenu, not_cached
from .factors.steps import SecondFactorNeeded
from .fields import Badge, Body, CodeTicket, OneTimeCode, Password, Phone, Reader
from .views import SessionView, session_id_of

router = Router(prefix="/api/identity/sessions", tags=["sessions"], dependencies=[Depends(not_cached)])


class LoginRequest(Body):
    """One of: `phone` + `password`; `phone`, `code`, `code_ticket` (people); `badge_no` + `password` (officers)."""

    phone: Phone | None = Field(None, examples=["13800000001"])
    badge_no: Badge | None = Field(None, examples=["XC-HUZHENG-1"])
    password: Password | None = None
    code: OneTimeCode | None = None
    code_ticket: CodeTicket | None = Field(
        None, description="获取验证码时返回的凭据 · what was answered when the code was asked for"
    )
    trusted_device: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="民警信任设备的凭据 · what a device that an officer trusts was given"
    )


class RefreshRequest(Body):
    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


@router.post(
    "",
    status_code=201,
    summary="登录 · Log in",
    responses={
        202: {"model": SecondFactorNeeded, "description": "口令正确，还需动态口令 · a code is needed too"}
    },
)
@answer_not_stored
async def log_in(
    body: LoginRequest, response: Response, uow: Uow, menu: TheMenu, client: TheClient
) -> SessionView | SecondFactorNeeded:
    outcome = await _log_in(body, uow, menu, client)
    if isinstance(outcome, Challenge):
        response.status_code = 202
        return SecondFactorNeeded.of(outcome)
    return SessionView.of(outcome)


@router.post("/refresh", summary="刷新令牌 · New tokens for a refresh token")
@answer_not_stored
async def refresh(body: RefreshRequest, menu: TheMenu, address: ClientAddress) -> SessionView:
    return SessionView.of(await menu.refresh_session(body.refresh_token, address))


@router.delete("/current", status_code=204, summary="退出登录 · Log out")
async def log_out(uow: Uow, menu: TheMenu, caller: Annotated[Caller, Depends(allow())]) -> None:
    await menu.log_out(uow, session_id_of(caller))


async def _log_in(body: LoginRequest, uow: Uow, menu: TheMenu, client: Client) -> IssuedTokens | Challenge:
    reader = Reader()
    if (body.phone is None) == (body.badge_no is None):
        reader.refuse("/phone", "手机号和警号须填且只填一项", "give either the phone or the badge number")
    if (body.password is None) == (body.code is None):
        reader.refuse("/password", "口令和验证码须填且只填一项", "give either the password or the code")
    if body.badge_no is not None and body.code is not None:
        reader.refuse("/code", "警号只能用口令登录", "a badge number goes with a password")
    identifier = reader.badge(body.badge_no) if body.badge_no is not None else reader.phone(body.phone or "")
    typed = reader.typed_code(body.code, body.code_ticket)
    reader.done()
    if typed is not None:
        return await menu.log_in.by_code(uow, identifier, typed, client)
    password = body.password or ""
    if body.badge_no is not None:
        return await menu.log_in.by_badge_and_password(uow, identifier, password, client, body.trusted_device)
    return await menu.log_in.by_phone_and_password(uow, identifier, password, client)
