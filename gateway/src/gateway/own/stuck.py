"""Stuck work of all services in one answer."""

import asyncio
from typing import Annotated, Any

from chassis.auth.caller import Caller
from chassis.http.caller import allow, authenticate
from chassis.http.ops import StuckWork
from chassis.http_client import UpstreamError
from chassis.problems.schema import PROBLEM_RESPONSES
from contracts.tokens import Role
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from ..proxy.upstream import Upstream
from ..routes import SERVICES
from .limited import OwnRoute, limited_by_address

_PATIENCE = 5.0

router = APIRouter(
    tags=["ops"],
    route_class=OwnRoute,
    responses=PROBLEM_RESPONSES,
    dependencies=[Depends(limited_by_address), Depends(authenticate)],
)


class Unavailable(BaseModel):
    """A service that did not say; its work may be stuck or not."""

    service: str
    unavailable: str


class StuckWorkOfAll(BaseModel):
    services: list[StuckWork | Unavailable]


@router.get(
    "/api/ops/stuck", summary="所有服务的积压 · Stuck work of all services", response_model=StuckWorkOfAll
)
async def stuck(request: Request, _: Annotated[Caller, Depends(allow(Role.OPERATOR))]) -> dict[str, Any]:
    """Parked messages, failing jobs and unsent events by service; one that is down says so in its place."""
    upstream: Upstream = request.app.state.upstream
    headers = {"authorization": request.headers["authorization"]}
    return {"services": await asyncio.gather(*(_stuck(upstream, service, headers) for service in SERVICES))}


async def _stuck(upstream: Upstream, service: str, headers: dict[str, str]) -> dict[str, Any]:
    name = f"{service}-svc"
    try:
        status, body = await upstream.get_json(service, f"/api/ops/{name}/stuck", _PATIENCE, headers)
    except UpstreamError as error:
        return {"service": name, "unavailable": type(error).__name__}
    return dict(body) if status == 200 else {"service": name, "unavailable": f"HTTP {status}"}
