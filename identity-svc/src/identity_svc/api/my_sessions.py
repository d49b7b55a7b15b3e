"""Where one is logged in (登录设备): to see, to name, to end."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow
from chassis.paging import Page, decode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from ..domain.devices import in_english
from ..domain.errors import SessionNotFound
from ..domain.sessions import SessionSummary
from .dependencies import Limit, TheMenu, not_cached
from .fields import Body
from .paging import page
from .views import session_id_of

# Not below /api/identity/sessions: that is for logging in, where no token is checked at the door.
router = Router(prefix="/api/identity/me/sessions", tags=["sessions"], dependencies=[Depends(not_cached)])

Owner = Annotated[
    Caller,
    Depends(
        allow(
            Role.CITIZEN,
            Role.COMPANY,
            Role.OFFICER,
            Role.AUXILIARY,
            Role.SUPERVISOR,
            Role.OPERATOR,
            Role.CATALOG_EDITOR,
            Role.PARTNER,
        )
    ),
]


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("只能用可显示的文字 · only characters that can be seen")
    return name


DeviceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_printable)
]


class MySessionView(BaseModel):
    """`device`: what the client called itself when it logged in, in short; null when it did not say.

    `method` and `amr` (RFC 8176): how one proved who one is. `used_at`: when its tokens were last renewed, some ten
    minutes behind its last use. `expires_at`: when it ends unless it is used. `current`: the one that asks.
    """

    id: UUID
    name: str | None = Field(description="自己起的名称 · one's own name for it", examples=["办公室电脑"])
    device: str | None = Field(examples=["微信小程序 · iOS"])
    device_en: str | None = Field(examples=["WeChat mini-program · iOS"])
    method: str = Field(examples=["password"])
    amr: list[str] = Field(examples=[["pwd"]])
    opened_at: datetime
    used_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, session: SessionSummary, current: UUID) -> "MySessionView":
        return cls(
            id=session.id,
            name=session.name,
            device=session.device,
            device_en=in_english(session.device) if session.device else None,
            method=session.method,
            amr=list(session.amr),
            opened_at=session.opened_at,
            used_at=session.used_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )


class SessionName(Body):
    """null takes the name away."""

    name: DeviceName | None


class SessionsEnded(BaseModel):
    ended: int = Field(description="退出的设备数 · how many were ended")


@router.get("", summary="我的登录设备 · Where I am logged in")
async def list_sessions(
    uow: Uow,
    menu: TheMenu,
    owner: Owner,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 20,
) -> Page[MySessionView]:
    """Newest first."""
    current = session_id_of(owner)
    before = decode_cursor(cursor, UUID)
    rows = await menu.sessions.of(uow, owner.account_id, before[0] if before else None, limit + 1)
    return page(rows, limit, lambda row: MySessionView.of(row, current), lambda row: row.id)


@router.patch("/{session_id}", status_code=204, summary="命名登录设备 · Name a session")
async def name_session(session_id: UUID, body: SessionName, uow: Uow, menu: TheMenu, owner: Owner) -> None:
    if not await menu.sessions.rename(uow, owner.account_id, session_id, body.name):
        raise SessionNotFound


@router.delete("/{session_id}", status_code=204, summary="退出一台设备 · End a session")
async def end_session(session_id: UUID, uow: Uow, menu: TheMenu, owner: Owner) -> None:
    """Its tokens open nothing from then on, within seconds also those that were checked before."""
    await menu.end_sessions.one(uow, owner.account_id, session_id)


@router.delete("", summary="退出其他所有设备 · End all other sessions")
async def end_other_sessions(uow: Uow, menu: TheMenu, owner: Owner) -> SessionsEnded:
    """All but the one that asks."""
    return SessionsEnded(ended=await menu.end_sessions.others(uow, owner.account_id, session_id_of(owner)))
