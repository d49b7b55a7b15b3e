"""Liveness, readiness, metrics."""

import asyncio
import time
from math import inf
from typing import Any

from chassis.http_client import UpstreamError
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ..proxy.upstream import Upstream
from ..routes import SERVICES

_KEPT_SECONDS = 1.0
_PATIENCE = 3.0

router = APIRouter(include_in_schema=False)


class Readiness:
    """Which services are ready, asked at most once a second however often we are asked."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._lock = asyncio.Lock()
        self._until = 0.0
        self._checks: dict[str, bool] = {}

    async def checks(self) -> dict[str, bool]:
        """Service → whether it is ready."""
        async with self._lock:
            if time.monotonic() >= self._until:
                answers = await asyncio.gather(*(self._is_ready(service) for service in SERVICES))
                self._checks = dict(zip(SERVICES, answers, strict=True))
                self._until = time.monotonic() + _KEPT_SECONDS
        return self._checks

    async def _is_ready(self, service: str) -> bool:
        try:
            return (await self._upstream.get_json(service, "/readyz", _PATIENCE))[0] == 200
        except UpstreamError:
            return False


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    """Which services are ready. 503 when we are stopping, or none of them is: one that is down must not close the
    others' door. `revocations`: whether tokens are let in, and how old what is known of revoked ones is."""
    if request.app.state.stopping.begun:
        response.status_code = 503
        return {"status": "stopping", "checks": {}}
    checks = await request.app.state.readiness.checks()
    if not any(checks.values()):
        response.status_code = 503
        return {"status": "not ready", "checks": checks}
    view = request.app.state.revocations
    well = all(checks.values()) and view.is_whole
    revocations = {"known": view.is_whole, "age_seconds": None if view.age == inf else round(view.age, 1)}
    return {"status": "ok" if well else "degraded", "checks": checks, "revocations": revocations}


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
