"""What waits for me, over all departments: asked of the services at once, with the caller's own token."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from chassis.auth.caller import Caller
from chassis.http.caller import allow, authenticate
from chassis.http_client import UpstreamError
from chassis.problems.schema import PROBLEM_RESPONSES
from contracts.tokens import Role
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ValidationError

from ..proxy.upstream import Upstream
from .limited import OwnRoute, limited_by_address

log = structlog.get_logger(__name__)

_PATIENCE = 2.0
"""Seconds for each part; the others do not wait for it."""
_MANY = 100
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PEOPLE = (Role.CITIZEN, Role.COMPANY)
_POLICE = (Role.OFFICER, Role.SUPERVISOR, Role.AUXILIARY)
_TO_ACT = ("draft", "supplement_requested", "awaiting_payment", "returned")
_UNDER_WAY = {"requested", "created", "picked_up", "in_transit", "returned", "needs_attention"}

router = APIRouter(
    tags=["me"],
    route_class=OwnRoute,
    responses=PROBLEM_RESPONSES,
    dependencies=[Depends(limited_by_address), Depends(authenticate)],
)


class _Part(BaseModel):
    """`unavailable`: the service did not say; what it would have told is not missing, only not known just now."""

    status: Literal["ok", "unavailable"] = "ok"


class WaitingCase(BaseModel):
    """A case that waits for its applicant: to be finished, supplemented, paid, or sent again."""

    id: UUID
    case_no: str | None
    item_name: str
    item_name_en: str
    state: str
    state_text: str
    state_text_en: str


class Cases(_Part):
    items: list[WaitingCase] = []
    more: bool = False


class UnpaidOrder(BaseModel):
    id: UUID
    case_id: UUID
    amount_cents: int


class Payments(_Part):
    items: list[UnpaidOrder] = []


class Parcel(BaseModel):
    id: UUID
    case_id: UUID
    state: str
    state_name: str
    state_name_en: str
    waybill_no: str | None


class Parcels(_Part):
    items: list[Parcel] = []


class Invitation(BaseModel):
    case_id: UUID


class Reviews(_Part):
    items: list[Invitation] = []
    more: bool = False


class MandatePrincipal(BaseModel):
    name: str | None
    uscc: str | None


class OfferedMandate(BaseModel):
    """Somebody wants the caller to act for them; who is masked as in their list of mandates."""

    id: UUID
    principal: MandatePrincipal | None
    offer_ends_at: datetime | None


class Mandates(_Part):
    items: list[OfferedMandate] = []
    more: bool = False


class Messages(_Part):
    unread: int | None = None


class Queue(_Part):
    """What the officer's unit has to do, by when; `more`: there are over a hundred, and these are the most urgent."""

    overdue: int | None = None
    today: int | None = None
    later: int | None = None
    more: bool = False


class Parts(BaseModel):
    """Null: not for this caller's role."""

    cases: Cases | None = None
    payments: Payments | None = None
    parcels: Parcels | None = None
    reviews: Reviews | None = None
    mandates: Mandates | None = None
    messages: Messages | None = None
    queue: Queue | None = None


class Overview(BaseModel):
    parts: Parts


Ask = Callable[[str, str], Awaitable[Any]]


@router.get("/api/me/overview", summary="我的待办总览 · What waits for me")
async def overview(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(allow(*_PEOPLE, *_POLICE))],
) -> Overview:
    """Over all departments in one call. 200 also where a service is down: then its part says `unavailable`."""
    upstream: Upstream = request.app.state.upstream
    headers = {"authorization": request.headers["authorization"]}
    response.headers["Cache-Control"] = "private, no-store"

    async def ask(service: str, path: str) -> Any:
        status, body = await upstream.get_json(service, path, _PATIENCE, headers)
        if status != 200:
            raise _NotTold(f"HTTP {status}")
        return body

    wanted = _PARTS_OF_PEOPLE if caller.has(*_PEOPLE) else _PARTS_OF_POLICE
    told = await asyncio.gather(*(_part(name, part, ask) for name, part in wanted.items()))
    return Overview(parts=Parts(**dict(zip(wanted, told, strict=True))))


class _NotTold(Exception):
    pass


async def _part(name: str, part: tuple[type[_Part], Callable[[Ask], Awaitable[_Part]]], ask: Ask) -> _Part:
    kind, tell = part
    try:
        async with asyncio.timeout(_PATIENCE + 0.5):
            return await tell(ask)
    except (UpstreamError, _NotTold, TimeoutError, ValidationError, KeyError, TypeError) as error:
        log.warning("overview_part_unavailable", part=name, cause=repr(error)[:200])
        return kind(status="unavailable")


async def _cases(ask: Ask) -> Cases:
    query = urlencode([("limit", "20"), *(("state", state) for state in _TO_ACT)])
    page = await ask("case", f"/api/cases?{query}")
    return Cases(items=page["items"], more=page.get("next") is not None)


async def _payments(ask: Ask) -> Payments:
    page = await ask("payment", f"/api/payments/orders?limit={_MANY}")
    return Payments(items=[order for order in page["items"] if order["can_pay"]])


async def _parcels(ask: Ask) -> Parcels:
    page = await ask("courier", f"/api/shipments?limit={_MANY}")
    return Parcels(items=[one for one in page["items"] if one["state"] in _UNDER_WAY])


async def _reviews(ask: Ask) -> Reviews:
    page = await ask("evaluation", "/api/reviews/invitations?limit=20")
    return Reviews(items=page["items"], more=page.get("next") is not None)


async def _mandates(ask: Ask) -> Mandates:
    page = await ask("identity", "/api/identity/mandates?side=agent&state=offered&limit=20")
    return Mandates(items=page["items"], more=page.get("next") is not None)


async def _messages(ask: Ask) -> Messages:
    return Messages(unread=(await ask("identity", "/api/identity/me/messages/unread"))["count"])


async def _queue(ask: Ask) -> Queue:
    page = await ask("case", f"/api/cases/queue?limit={_MANY}")
    moment = datetime.now(UTC)
    # Limits end at 24:00 in Shanghai.
    midnight = moment.astimezone(_SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    due = [datetime.fromisoformat(case["due_at"]) for case in page["items"] if case["due_at"]]
    overdue = sum(one < moment for one in due)
    today = sum(moment <= one <= midnight + timedelta(days=1) for one in due)
    return Queue(
        overdue=overdue, today=today, later=len(due) - overdue - today, more=page.get("next") is not None
    )


_PARTS_OF_PEOPLE: dict[str, tuple[type[_Part], Callable[[Ask], Awaitable[_Part]]]] = {
    "cases": (Cases, _cases),
    "payments": (Payments, _payments),
    "parcels": (Parcels, _parcels),
    "reviews": (Reviews, _reviews),
    "mandates": (Mandates, _mandates),
    "messages": (Messages, _messages),
}
_PARTS_OF_POLICE: dict[str, tuple[type[_Part], Callable[[Ask], Awaitable[_Part]]]] = {
    "queue": (Queue, _queue),
    "messages": (Messages, _messages),
}
