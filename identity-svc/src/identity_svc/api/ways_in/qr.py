"""Logging in on a computer by QR code: the computer's side, and the phone's."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow, answer_not_stored
from contracts.tokens import Role
from fastapi import Depends
from pydantic import BaseModel, Field, StringConstraints

from ...application.ways_in.log_in_by_qr import LONGEST_WAIT, QrShown
from ...domain.devices import in_english
from ...domain.personal import mask_phone
from ...domain.ways_in.qr import LIFETIME, QrState
from ..dependencies import TheClient, TheMenu, not_cached
from ..fields import Body
from ..qr_codes import qr_svg
from ..views import SessionView, session_id_of
from .views import TheWaysIn, Ticket

router = Router(prefix="/api/identity/sessions/qr", tags=["ways in"], dependencies=[Depends(not_cached)])
phone_router = Router(prefix="/api/identity/qr-log-ins", tags=["ways in"], dependencies=[Depends(not_cached)])
Person = Annotated[Caller, Depends(allow(Role.CITIZEN, Role.COMPANY))]


class QrCode(BaseModel):
    """`secret` fetches the session: keep it, it stands in no picture. `scan_url` is what the picture says."""

    id: UUID
    secret: str
    scan_url: str
    qr_svg: str
    expires_in: int

    @classmethod
    def of(cls, shown: QrShown, public_url: str) -> "QrCode":
        url = scan_url(public_url, shown)
        lifetime = int(LIFETIME.total_seconds())
        return cls(id=shown.id, secret=shown.secret, scan_url=url, qr_svg=picture(url), expires_in=lifetime)


class QrQuestion(Body):
    """`known`: the state last heard of; the answer waits up to `wait` seconds for another."""

    secret: Ticket
    known: QrState | None = None
    wait: float = Field(default=0, ge=0, le=LONGEST_WAIT)


class QrNews(BaseModel):
    """`phone`, masked: whose phone scanned it; show it, so that nobody goes on in somebody else's account. `used` with
    `session` is this answer alone."""

    state: QrState
    phone: str | None = None
    session: SessionView | None = None


class Scan(Body):
    """`code`: the last part of what the picture says."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class ComputerView(BaseModel):
    """Who asks to be logged in. `same_network`: the phone is in the same part of the network; where it is not, warn."""

    id: UUID
    device: str
    device_en: str
    place: str
    place_en: str
    same_network: bool
    asked_at: datetime
    expires_at: datetime
    warning: Literal["请确认是您本人正在操作这台电脑；如是他人发来的二维码，请拒绝。"] = (
        "请确认是您本人正在操作这台电脑；如是他人发来的二维码，请拒绝。"
    )


@router.post("", status_code=201, summary="获取登录二维码 · A code to be scanned")
@answer_not_stored
async def show_code(uow: Uow, desk: TheWaysIn, client: TheClient) -> QrCode:
    return QrCode.of(await desk.log_in_by_qr.show(uow, client), desk.public_url)


@router.post("/{log_in_id}/news", summary="查询扫码结果 · How it stands, and the session once confirmed")
@answer_not_stored
async def ask_news(
    log_in_id: UUID, body: QrQuestion, uow: Uow, menu: TheMenu, desk: TheWaysIn, client: TheClient
) -> QrNews:
    seen = await desk.log_in_by_qr.news(log_in_id, body.secret, body.known, body.wait)
    account = await menu.accounts.by_id(uow, seen.account_id) if seen.account_id else None
    phone = mask_phone(account.personal.phone) if account and account.personal.phone else None
    if seen.state is not QrState.CONFIRMED:
        return QrNews(state=seen.state, phone=phone)
    tokens = await desk.log_in_by_qr.come_in(uow, log_in_id, body.secret, client)
    return QrNews(state=QrState.USED, phone=phone, session=SessionView.of(tokens))


@phone_router.post("/scans", summary="扫描登录二维码 · Scan a code: who asks")
@answer_not_stored
async def scan(body: Scan, uow: Uow, desk: TheWaysIn, caller: Person, client: TheClient) -> ComputerView:
    asked = await desk.log_in_by_qr.scan(uow, body.code, caller.account_id, session_id_of(caller))
    device, place = asked.client.device, desk.places.of(asked.client.address)
    return ComputerView(
        id=asked.id,
        device=device or "未知设备",
        device_en=in_english(device) if device else "an unknown device",
        place=place.name,
        place_en=place.name_en,
        same_network=asked.client.network == client.network,
        asked_at=asked.asked_at,
        expires_at=asked.expires_at,
    )


@phone_router.post("/{log_in_id}/confirm", status_code=204, summary="确认在电脑上登录 · Confirm")
async def confirm(log_in_id: UUID, uow: Uow, desk: TheWaysIn, caller: Person) -> None:
    await desk.log_in_by_qr.answer(uow, log_in_id, caller.account_id, session_id_of(caller), confirmed=True)


@phone_router.post("/{log_in_id}/refuse", status_code=204, summary="拒绝在电脑上登录 · Refuse")
async def refuse(log_in_id: UUID, uow: Uow, desk: TheWaysIn, caller: Person) -> None:
    await desk.log_in_by_qr.answer(uow, log_in_id, caller.account_id, session_id_of(caller), confirmed=False)


def scan_url(public_url: str, shown: QrShown) -> str:
    return f"{public_url}/login/scan?code={shown.code}"


def picture(url: str) -> str:
    """Black on white, whatever the page looks like: scanners want contrast."""
    return qr_svg(url, scale=5, border=4, dark="#000", light="#fff")
