"""The ASGI application of a service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

import orjson
from contracts.samples import SAMPLES
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..problems import Problem
from ..problems.errors import known_problems
from ..problems.rendering import on_http_exception, on_invalid_request, on_problem
from ..problems.schema import PROBLEM_RESPONSES
from . import health
from .description import describe
from .dispatch import Dispatch
from .middleware import RequestContext, error_boundary
from .ops import ops_router

if TYPE_CHECKING:
    from ..service import Service


def create_app(service: "Service") -> FastAPI:
    """Routes, problems, health and metrics of `service`; the lifespan starts and stops it."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            await service.start(service.role)
            expose(app, service)
            yield
        finally:
            await service.stop()

    app = _Application(
        title=service.name,
        version="1",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEM_RESPONSES,
        exception_handlers={
            Problem: on_problem,
            RequestValidationError: on_invalid_request,
            HTTPException: on_http_exception,
        },
    )
    for router in (*service.routers, ops_router(service.name)):
        # Not included: FastAPI would wrap each in objects within objects; ours carry all they need.
        app.router.routes.extend(router.routes)
    app.include_router(health.router)
    app.openapi = _described(app, service.name.replace("-", "_"))  # type: ignore[method-assign]
    app.add_route("/openapi.json", _document_route(app), include_in_schema=False)
    app.add_middleware(error_boundary)
    return app


class _Application(FastAPI):
    dispatch: Dispatch | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.dispatch is None:
            self.dispatch = Dispatch(self.routes, otherwise=super().__call__)
        scope["app"] = self
        await self.dispatch(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        return RequestContext(super().build_middleware_stack())


def _described(app: FastAPI, package: str) -> Callable[[], dict[str, Any]]:
    """The app's OpenAPI document with what the code of the routes tells, and every kind of problem there is."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        document = describe(generate(), app.routes, package, SAMPLES)
        document["x-problems"] = {
            kind.slug: {"status": kind.status, "title": kind.title[0], "title_en": kind.title[1]}
            for kind in sorted(known_problems(), key=lambda kind: kind.slug)
        }
        return document

    return openapi


def _document_route(app: FastAPI) -> Callable[[Request], Awaitable[Response]]:
    """The document as bytes, made once: reading the routes' code takes seconds, in which others must be answered."""
    made: list[bytes] = []
    making = asyncio.Lock()

    async def document(_: Request) -> Response:
        async with making:
            if not made:
                made.append(await asyncio.to_thread(lambda: orjson.dumps(app.openapi())))
        return Response(made[0], media_type="application/json")

    return document


def expose(app: FastAPI, service: "Service") -> None:
    """Lets the routes find what the started service works with."""
    app.state.service = service
    app.state.pool = service.pool
    app.state.verifier = service.verifier
    for name, value in vars(service.state).items():
        setattr(app.state, name, value)
