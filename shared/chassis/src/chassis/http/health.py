"""Liveness, readiness and metrics. Plain routes: they need no transaction and no caller."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request, response: Response) -> dict[str, object]:
    """The database answers and start-up is over. A broker that is down does not make us unready: the outbox waits.

    `concerns`: what a person should look at, though requests are answered.
    """
    service = request.app.state.service
    checks = await service.readiness()
    if not all(checks.values()):
        response.status_code = 503
    status = "ok" if all(checks.values()) else "not ready"
    return {"status": status, "checks": checks, "concerns": service.concerns()}


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
