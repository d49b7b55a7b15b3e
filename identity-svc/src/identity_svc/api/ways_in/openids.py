"""For payment-svc: what WeChat calls a person in each of our apps, which a payment inside WeChat must name."""

from typing import Annotated
from uuid import UUID

from chassis.auth import Caller
from chassis.http import Router, Uow, allow_service
from fastapi import Depends
from pydantic import BaseModel

from ..dependencies import not_cached
from .views import TheWaysIn

router = Router(prefix="/internal", tags=["internal"], dependencies=[Depends(not_cached)])


class OpenidsView(BaseModel):
    """By appid; empty for a person who never came from WeChat, and for nobody at all."""

    openids: dict[str, str]


@router.get("/accounts/{account_id}/openids", summary="微信用户标识 · What WeChat calls a person, by app")
async def view_openids(
    account_id: UUID,
    uow: Uow,
    desk: TheWaysIn,
    _: Annotated[Caller, Depends(allow_service("payment-svc"))],
) -> OpenidsView:
    """At the moment the person pays inside WeChat; it is sent to WeChat alone and kept nowhere else."""
    return OpenidsView(openids=await desk.links.openids(uow, account_id))
