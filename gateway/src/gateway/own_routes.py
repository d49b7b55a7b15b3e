"""The gateway's own routes: health, the merged document and its page, stuck work of all services."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import fastapi_offline
from chassis.auth.caller import Caller
from chassis.http.caller import allow, authenticate
from chassis.problems.rendering import on_problem
from chassis.problems import Problem
from contracts.tokens import Role
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from .proxy.upstream import UPSTREAM_FAILURES, Upstream
from .routes import SERVICES

router = APIRouter()
STATIC = Path(fastapi_offline.__file__).parent / "static"


@router.get("/", include_in_schema=False)
async def start() -> HTMLResponse:
    """What this is and where to go, for whoever opens the address."""
    return HTMLResponse((Path(__file__).parent / "start.html").read_text())


@router.get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", include_in_schema=False)
async def readyz(request: Request, response: Response) -> dict[str, Any]:
    """Ready when every service is; says which is not."""
    upstream: Upstream = request.app.state.upstream
    answers = await asyncio.gather(*(_ready(upstream, service) for service in SERVICES))
    checks = dict(zip(SERVICES, answers, strict=True))
    if not all(answers):
        response.status_code = 503
    return {"status": "ok" if all(answers) else "not ready", "checks": checks}


async def _ready(upstream: Upstream, service: str) -> bool:
    try:
        return (await upstream.get_json(service, "/readyz", {}, 3))[0] == 200
    except UPSTREAM_FAILURES:
        return False


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> dict[str, Any]:
    document: dict[str, Any] = await request.app.state.merged_document.get()
    return document


@router.get("/docs", include_in_schema=False)
async def docs() -> HTMLResponse:
    """The document as a page. Its scripts are ours: a closed network has no CDN."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="接口文档 · API",
        swagger_js_url="/docs/static/swagger-ui-bundle.js",
        swagger_css_url="/docs/static/swagger-ui.css",
        swagger_favicon_url="/docs/static/favicon.png",
        swagger_ui_parameters={"docExpansion": "none", "filter": True, "persistAuthorization": True},
    )


async def operator(request: Request) -> Caller:
    await authenticate(request)
    return await allow(Role.OPERATOR)(request)


@router.get("/api/ops/stuck", summary="所有服务的积压 · Stuck work of all services")
async def stuck(request: Request, _: Annotated[Caller, Depends(operator)]) -> dict[str, Any]:
    """Parked messages, failing jobs and unsent events by service; a service that is down says so in its place."""
    upstream: Upstream = request.app.state.upstream
    headers = {"authorization": request.headers["authorization"]}
    parts = await asyncio.gather(*(_stuck(upstream, service, headers) for service in SERVICES))
    return {"services": parts}


async def _stuck(upstream: Upstream, service: str, headers: dict[str, str]) -> dict[str, Any]:
    name = f"{service}-svc"
    try:
        status, body = await upstream.get_json(service, f"/api/ops/{name}/stuck", headers, 5)
    except UPSTREAM_FAILURES as error:
        return {"service": name, "unavailable": type(error).__name__}
    return body if status == 200 else {"service": name, "unavailable": f"HTTP {status}"}


def own_app() -> FastAPI:
    app = FastAPI(title="gateway", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.include_router(router)
    app.mount("/docs/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(Problem, on_problem)
    return app
