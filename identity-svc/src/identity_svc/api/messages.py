"""What one was told (站内消息)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from chassis.auth import Caller
from chassis.clock import now
from chassis.db import UnitOfWork
from chassis.http import Router, Uow, allow
from chassis.paging import Page, decode_cursor
from contracts.tokens import Role
from fastapi import Depends, Query
from pydantic import BaseModel

from ..application.handlers import Menu
from ..domain.messages import Message
from ..domain.wording import Pair, people_in, places_in, worded
from .dependencies import Limit, TheMenu, not_cached
from .fields import Body
from .paging import page

router = Router(prefix="/api/identity/me/messages", tags=["messages"], dependencies=[Depends(not_cached)])
Reader = Annotated[
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


class MessageView(BaseModel):
    """`kind` and `facts` for programs, `text` and `text_en` for people."""

    id: UUID
    kind: str
    facts: dict[str, Any]
    text: str
    text_en: str
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, message: Message, people: Mapping[UUID, Pair], places: Mapping[str, Pair]) -> "MessageView":
        text, text_en = worded(message.kind, message.facts, people, places)
        return cls(
            id=message.id,
            kind=message.kind,
            facts=message.facts,
            text=text,
            text_en=text_en,
            at=message.at,
            read_at=message.read_at,
        )


class Unread(BaseModel):
    count: int


class ReadUpTo(Body):
    """The newest message that was seen; it and all before it count as read."""

    message_id: UUID


@router.get("", summary="我的消息 · My messages")
async def list_messages(
    uow: Uow,
    menu: TheMenu,
    caller: Reader,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Limit = 20,
) -> Page[MessageView]:
    """Newest first."""
    before = decode_cursor(cursor, UUID)
    rows = await menu.messages.of(uow, caller.account_id, before[0] if before else None, limit + 1)
    people, places = await _people(uow, menu, rows), await _places(uow, menu, rows)
    return page(
        rows, limit, lambda message: MessageView.of(message, people, places), lambda message: message.id
    )


async def _people(uow: UnitOfWork, menu: Menu, messages: Sequence[Message]) -> dict[UUID, Pair]:
    """Whoever acted, and whom they acted for: as mandates show them."""
    ids = {account_id for message in messages for account_id in people_in(message.facts)}
    if not ids:
        return {}
    accounts = await menu.people.many(uow, ids)
    return {account.id: (name, name) for account in accounts.values() if (name := account.shown_name)}


async def _places(uow: UnitOfWork, menu: Menu, messages: Sequence[Message]) -> dict[str, Pair]:
    return await menu.organisation.names(
        uow, {code for message in messages for code in places_in(message.facts)}
    )


@router.get("/unread", summary="未读消息数 · How many are unread")
async def count_unread(uow: Uow, menu: TheMenu, caller: Reader) -> Unread:
    return Unread(count=await menu.messages.unread(uow, caller.account_id))


@router.put("/read", status_code=204, summary="标为已读 · Mark as read")
async def mark_read(body: ReadUpTo, uow: Uow, menu: TheMenu, caller: Reader) -> None:
    await menu.messages.mark_read(uow, caller.account_id, body.message_id, now())
