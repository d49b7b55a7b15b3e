"""Puts the gateway together."""

import contextlib
from collections.abc import AsyncIterator

from chassis.telemetry import spans
from fastapi import FastAPI
from starlette.types import ASGIApp

from .client_address import ClientAddress
from .cors import Cors
from .key_set import key_set_of
from .limits.limiter import Limiter
from .own.app import own_app
from .own.health import Readiness
from .own.merged_document import MergedDocument
from .proxy.app import Proxy
from .proxy.upstream import Upstream
from .revocations.channels import channels_of
from .revocations.view import RevocationView, UnrevokedTokens
from .revocations.watch import RevocationWatch
from .routes import ROUTES, Route, RoutingTable
from .settings import GatewaySettings
from .stopping import Stopping


def build(
    settings: GatewaySettings, routes: tuple[Route, ...] = ROUTES, stopping: Stopping | None = None
) -> ASGIApp:
    """The gateway as one ASGI application; its lifespan opens and closes the pooled clients."""
    table = RoutingTable(routes)
    upstream = Upstream(
        settings.instances,
        connections=settings.upstream_connections,
        connect_timeout=settings.connect_timeout,
        breaker_failures=settings.breaker_failures,
        breaker_open_seconds=settings.breaker_open_seconds,
        health_seconds=settings.health_seconds,
    )
    revocations = RevocationView(settings.revocation_view_max_age)
    verifier = UnrevokedTokens(key_set_of(upstream), revocations)
    limiter = Limiter(settings)
    client_address = ClientAddress(settings.trusted_proxies)
    own = own_app(client_address)
    own.state.stopping = stopping or Stopping()
    own.state.upstream = upstream
    own.state.verifier = verifier
    own.state.revocations = revocations
    own.state.limiter = limiter
    watch = RevocationWatch(revocations, channels_of(settings, upstream))
    own.state.readiness = Readiness(upstream)
    own.state.merged_document = MergedDocument(upstream, table, own.openapi())

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        spans.configure("gateway", settings.otel_exporter_otlp_endpoint)
        try:
            async with upstream.watched(), watch.running():
                yield
        finally:
            await upstream.close()
            await limiter.close()
            spans.shutdown()

    own.router.lifespan_context = lifespan
    proxy = Proxy(
        own, table=table, upstream=upstream, verifier=verifier, limiter=limiter, client_address=client_address
    )
    return Cors(proxy, settings) if settings.cors_origins else proxy
