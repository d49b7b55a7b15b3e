"""Mandates as case-svc asks for them: who acted, for those who read of it."""

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow_service
from fastapi import Depends, Query
from pydantic import BaseModel, Field

from ...domain.mandates.mandate import Kind
from ..dependencies import not_cached
from .routes import Desk

internal_router = Router(prefix="/internal/mandates", tags=["internal"], dependencies=[Depends(not_cached)])


class NamedMandate(BaseModel):
    """`agent_name` is masked, as the other side of the mandate sees it; null where nobody has that name any more."""

    id: UUID
    kind: Kind
    agent_id: UUID
    agent_name: str | None = Field(examples=["钱**"])


@internal_router.get("", summary="授权的代办人（姓名已脱敏） · Whom mandates let act, masked")
async def name_agents(
    uow: Uow,
    desk: Desk,
    caller: Annotated[Caller, Depends(allow_service("case-svc"))],
    id: Annotated[list[UUID], Query(min_length=1, max_length=50)],
) -> list[NamedMandate]:
    """Of those that somebody accepted, whether they still hold or not. Nothing in clear: it is recorded as no look."""
    found = [one for one in await desk.mandates.many(uow, set(id)) if one.agent_id is not None]
    agents = await desk.people.many(uow, {one.agent_id for one in found if one.agent_id})
    return [
        NamedMandate(id=one.id, kind=one.kind, agent_id=agent.id, agent_name=agent.shown_name)
        for one in found
        if one.agent_id and (agent := agents.get(one.agent_id))
    ]
