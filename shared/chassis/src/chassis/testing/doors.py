"""The doors of a service: every route it serves, and the roles that its signature lets pass."""

from collections.abc import Iterator

from contracts.tokens import Role
from fastapi.routing import APIRoute

from ..http.ops import ops_router
from ..service import Service

Roles = frozenset[Role]


def doors(service: Service) -> dict[str, Roles | None]:
    """`"GET /api/cases/{case_id}"` → the roles that pass; None where nobody is asked who they are."""
    return {
        f"{method} {route.path_format}": allowed_roles(route)
        for route in _routes(service)
        for method in sorted(route.methods)
    }


def _routes(service: Service) -> Iterator[APIRoute]:
    for router in (*service.routers, ops_router(service.name)):
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route


def allowed_roles(route: APIRoute) -> Roles | None:
    """What `allow` named in the signature of `route`, or in that of what it depends on."""
    waiting = list(route.dependant.dependencies)
    while waiting:
        dependency = waiting.pop()
        roles = getattr(dependency.call, "allowed_roles", None)
        if roles is not None:
            return frozenset(roles or Role)
        waiting += dependency.dependencies
    return None
