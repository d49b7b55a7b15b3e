"""The gateway's own routes as one application."""

from pathlib import Path

import fastapi_offline
from chassis.http.description import describe
from chassis.http.middleware import RequestContext, error_boundary
from chassis.problems import Problem
from chassis.problems.rendering import on_invalid_request, on_problem
from contracts.samples import SAMPLES
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..client_address import ClientAddress
from ..proxy.response_head import with_security
from . import documentation, health, overview, partner_page, problem_pages, stuck

_STATIC = Path(fastapi_offline.__file__).parent / "static"


class SecurityHeaders:
    """Puts on our own answers what the proxy puts on those of the services."""

    def __init__(self, app: ASGIApp, client_address: ClientAddress) -> None:
        self._app = app
        self._client_address = client_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secure = self._client_address.of(scope)[1] == "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_security(list(message.get("headers", ())), secure=secure)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def own_app(client_address: ClientAddress) -> FastAPI:
    """Expects upstream, verifier, revocations, limiter, readiness, stopping and merged_document in `app.state`."""
    app = FastAPI(
        title="gateway",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={
            Problem: on_problem,
            RequestValidationError: on_invalid_request,
            HTTPException: problem_pages.on_http_exception,
        },
    )
    app.state.client_address = client_address
    for part in (health, documentation, partner_page, problem_pages, stuck, overview):
        app.router.routes.extend(part.router.routes)
    app.mount("/docs/static", StaticFiles(directory=_STATIC))
    app.add_middleware(SecurityHeaders, client_address=client_address)
    app.add_middleware(error_boundary)
    app.add_middleware(RequestContext)
    describe(app.openapi(), app.routes, "gateway", SAMPLES)  # FastAPI keeps it
    return app
