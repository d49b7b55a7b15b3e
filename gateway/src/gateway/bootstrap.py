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
from .proxy.staying import Staying
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
    upstream = _upstream(settings, settings.instances, settings.upstream_connections)
    # Of their own: who stays for hours must not take the place of who comes and goes.
    followed = {route.service: settings.instances[route.service] for route in routes if route.live}
    live = _upstream(settings, followed, settings.live_connections)
    revocations = RevocationView(settings.revocation_view_max_age)
    verifier = UnrevokedTokens(key_set_of(upstream), revocations)
    limiter = Limiter(settings)
    client_address = ClientAddress(settings.trusted_proxies)
    own = own_app(client_address)
    stopping = stopping or Stopping()
    own.state.stopping = stopping
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
            async with upstream.watched(), live.watched(), watch.running():
                yield
        finally:
            await upstream.close()
            await live.close()
            await limiter.close()
            spans.shutdown()

    own.router.lifespan_context = lifespan
    proxy = Proxy(
        own, table=table, upstream=upstream, live=live, verifier=verifier, limiter=limiter,
        client_address=client_address, staying=Staying(revocations, stopping),
    )  # fmt: skip
    return Cors(proxy, settings) if settings.cors_origins else proxy


def _upstream(settings: GatewaySettings, instances: dict[str, list[str]], connections: int) -> Upstream:
    return Upstream(
        instances,
        connections=connections,
        connect_timeout=settings.connect_timeout,
        breaker_failures=settings.breaker_failures,
        breaker_open_seconds=settings.breaker_open_seconds,
        health_seconds=settings.health_seconds,
    )
