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
    """The database answers and start-up is over. A broker that is down does not make us unready: the outbox waits."""
    checks = await request.app.state.service.readiness()
    if not all(checks.values()):
        response.status_code = 503
    return {"status": "ok" if all(checks.values()) else "not ready", "checks": checks}


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
