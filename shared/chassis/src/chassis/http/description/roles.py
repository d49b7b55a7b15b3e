"""Who may call a route, as its signature says."""

from collections.abc import Callable, Iterator
from typing import Any

from contracts.tokens import Role
from fastapi.routing import APIRoute
from starlette.routing import Route


def allowed_roles(route: Route | APIRoute) -> frozenset[Role] | None:
    """What `allow` named in the signature of `route`, or in that of what it depends on; None: everybody."""
    for provider in providers_of(route):
        roles = getattr(provider, "allowed_roles", None)
        if roles is not None:
            return frozenset(roles or Role)
    return None


def providers_of(route: Route | APIRoute) -> Iterator[Callable[..., Any]]:
    """The functions that give a route its arguments: those it resolves itself, and those left to FastAPI."""
    for resolved in getattr(route, "resolved", ()):
        yield from resolved.providers
    waiting = list(route.dependant.dependencies) if isinstance(route, APIRoute) else []
    while waiting:
        dependency = waiting.pop()
        if dependency.call is not None:
            yield dependency.call
        waiting += dependency.dependencies
