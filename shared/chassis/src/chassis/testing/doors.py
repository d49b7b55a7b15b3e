"""The doors of a service: every route it serves, and the roles that its signature lets pass."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx2
from contracts.tokens import Role
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Route

from ..http.description import allowed_roles
from ..http.idempotency import HEADER
from ..http.ops import ops_router
from ..service import Service
from .tokens import Tokens, bearer

ACCOUNT = UUID("01900000-0000-7000-8000-00000000abcd")
"""Whose tokens `callers` are."""
POST = {"unit": "XC-HUZHENG", "department": "HUZHENG", "rank": 3}
"""What officers among them hold."""
Callers = dict[Role, str]
"""A token for each role."""

OPEN = None
"""In the place of roles: nobody is asked who they are."""
Matrix = Mapping[str, Collection[Role] | None]
"""`"GET /api/cases/{case_id}"` → the roles that pass."""
OPERATIONS = {
    "GET /api/ops/{service}/stuck": {Role.OPERATOR},
    "POST /api/ops/{service}/parked-messages/{{message_id}}/replay": {Role.OPERATOR},
    "POST /api/ops/{service}/jobs/{{job_id}}/retry": {Role.OPERATOR},
}


def callers(tokens: Tokens, **claims: Any) -> Callers:
    """One person in every role, with a post where the role has one."""
    posted = {Role.OFFICER, Role.AUXILIARY, Role.SUPERVISOR}
    found = {
        role: tokens.mint(ACCOUNT, (role,), ial=2, **(POST if role in posted else {}), **claims)
        for role in Role
    }
    return found | {Role.SERVICE: tokens.service("identity-svc")}


def operations_of(service: str) -> dict[str, set[Role]]:
    """The rows that every service has: `MATRIX = operations_of("case-svc") | {…}`."""
    return {route.format(service=service): roles for route, roles in OPERATIONS.items()}


def doors(service: Service) -> dict[str, frozenset[Role] | None]:
    """The matrix that the signatures of all routes make."""
    return doors_of(*service.routers, ops_router(service.name))


def doors_of(*routers: APIRouter) -> dict[str, frozenset[Role] | None]:
    return {
        f"{method} {route.path_format}": allowed_roles(route)
        for router in routers
        for route in router.routes
        if isinstance(route, Route | APIRoute)
        for method in sorted(route.methods or ())
    }


async def passing(client: httpx2.AsyncClient, route: str, tokens: Callers) -> set[Role | None]:
    """The roles, and None for a caller without a token, whom the door of `route` does not turn away.

    What they send is nonsense: behind the door nothing happens.
    """
    method, path = route.split(" ")
    callers: dict[Role | None, dict[str, str]] = {role: bearer(token) for role, token in tokens.items()}
    found = set()
    for role, headers in (callers | {None: {}}).items():
        answer = await client.request(
            method, re.sub(r"{\w+}", "0", path), headers={HEADER: str(uuid4()), **headers}
        )
        if answer.status_code not in (401, 403):
            found.add(role)
    return found


def expected(roles: Collection[Role] | None) -> set[Role | None]:
    """Of a matrix' row, what `passing` gives."""
    return {*Role, None} if roles is OPEN else set(roles)
