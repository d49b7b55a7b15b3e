"""For browsers: to a provider's page and back. Not in the API document, but for the list of providers."""

from typing import Annotated

from chassis.http import Router
from chassis.problems.rendering import wants_page
from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from ...domain.ways_in.errors import ReturnStale
from ...domain.ways_in.journey import LIFETIME
from ...domain.ways_in.vouched import TICKET_LIFETIME, Provider
from ..dependencies import ClientAddress, not_cached
from .browser import JOURNEY, TICKET, cookie_of, set_cookie
from .views import TheWaysIn

router = Router(prefix="/api/identity/ways", tags=["ways in"])
NAMES = {
    Provider.WECHAT: ("微信", "WeChat"),
    Provider.CITY: ("城市统一身份认证平台", "The city's identity platform"),
}

_FAILURES = {503: "down", 429: "wait"}


class Way(BaseModel):
    """`start`: where to send the browser, with `return_to`, a path of ours, in the query.

    It comes back there with `way_in=<provider>` in the query; then `POST /api/identity/sessions/vouched` logs in. Or
    with `way_in=refused`, `down`, or `wait` after too many attempts.
    """

    provider: Provider
    name: str
    name_en: str
    start: str


class Ways(BaseModel):
    ways: list[Way]


@router.get(
    "", summary="可用的第三方登录方式 · Providers one can log in by", dependencies=[Depends(not_cached)]
)
async def list_ways(desk: TheWaysIn) -> Ways:
    return Ways(
        ways=[
            Way(
                provider=provider,
                name=NAMES[provider][0],
                name_en=NAMES[provider][1],
                start=f"{router.prefix}/{provider}/start",
            )
            for provider in desk.travel.offered
        ]
    )


@router.get("/{provider}/start", include_in_schema=False)
async def set_out(
    provider: str,
    request: Request,
    desk: TheWaysIn,
    return_to: Annotated[str, Query(max_length=1000)] = "/",
) -> Response:
    page, kept = await desk.travel.begin(provider, return_to)
    response = _sent_to(page)
    set_cookie(request, response, JOURNEY, kept, int(LIFETIME.total_seconds()))
    return response


@router.get("/{provider}/return", include_in_schema=False)
async def come_back(provider: str, request: Request, desk: TheWaysIn, address: ClientAddress) -> Response:
    """What leads nowhere (pressed twice, begun elsewhere) is a page for people and a problem for programs."""
    answer, kept = dict(request.query_params), cookie_of(request, JOURNEY)
    try:
        returned = await desk.travel.come_back(provider, kept, answer, address)
    except ReturnStale:
        if not wants_page(request):
            raise
        return _sent_to("/login/vouched?way_in=stale")
    outcome = provider
    if returned.problem is not None:
        outcome = _FAILURES.get(returned.problem.status, "refused")
    mark = "&" if "?" in returned.return_to else "?"
    response = _sent_to(f"{returned.return_to}{mark}way_in={outcome}")
    set_cookie(request, response, JOURNEY, "", 0)
    if returned.ticket is not None:
        set_cookie(request, response, TICKET, returned.ticket, int(TICKET_LIFETIME.total_seconds()))
    return response


def _sent_to(url: str) -> Response:
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
