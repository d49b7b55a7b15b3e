"""Puts the gateway together."""

import contextlib
from collections.abc import AsyncIterator

from chassis.auth.key_source import RemoteKeys
from chassis.auth.verifier import TokenVerifier
from chassis.http.middleware import RequestContext, error_boundary
from chassis.telemetry import spans
from fastapi import FastAPI
from starlette.types import ASGIApp

from .documents import MergedDocument
from .limits.limiter import Limiter
from .own_routes import own_app
from .proxy.app import Proxy
from .proxy.client_address import ClientAddress
from .proxy.upstream import Upstream
from .routes import RoutingTable
from .settings import GatewaySettings


def build(settings: GatewaySettings) -> ASGIApp:
    """The gateway as one ASGI application; its lifespan opens and closes the pooled clients."""
    table = RoutingTable()
    upstream = Upstream(
        {
            "identity": settings.identity_url,
            "catalog": settings.catalog_url,
            "case": settings.case_url,
            "payment": settings.payment_url,
            "courier": settings.courier_url,
            "evaluation": settings.evaluation_url,
        },
        connections=settings.upstream_connections,
        connect_timeout=settings.connect_timeout,
    )
    keys = RemoteKeys(settings.identity_url)
    verifier = TokenVerifier(keys)
    limiter = Limiter(settings)
    own = own_app()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await upstream.open()
        spans.configure("gateway", settings.otel_exporter_otlp_endpoint)
        app.state.upstream = upstream
        app.state.verifier = verifier
        app.state.merged_document = MergedDocument(upstream, table)
        yield
        await upstream.close()
        await limiter.close()
        await keys.close()
        spans.shutdown()

    own.router.lifespan_context = lifespan
    own.add_middleware(error_boundary)
    own.add_middleware(RequestContext)
    return Proxy(
        own,
        table=table,
        upstream=upstream,
        verifier=verifier,
        limiter=limiter,
        client_address=ClientAddress(settings.trusted_proxies),
    )
