"""Every route of the gateway's own and every role: who passes the door."""

import re
from uuid import uuid4

from chassis.testing import bearer
from chassis.testing.doors import OPEN, callers, doors_of, expected
from contracts.tokens import Role
from gateway.own import documentation, health, overview, problem_pages, stuck

MATRIX = {
    "GET /": OPEN,
    "HEAD /": OPEN,
    "GET /docs": OPEN,
    "HEAD /docs": OPEN,
    "GET /openapi.json": OPEN,
    "GET /healthz": OPEN,
    "HEAD /healthz": OPEN,
    "GET /readyz": OPEN,
    "HEAD /readyz": OPEN,
    "GET /metrics": OPEN,
    "GET /problems/{slug}": OPEN,
    "GET /api/ops/stuck": {Role.OPERATOR},
    "GET /api/me/overview": {Role.CITIZEN, Role.COMPANY, Role.OFFICER, Role.SUPERVISOR, Role.AUXILIARY},
}


def test_the_matrix_is_what_the_routes_say() -> None:
    routers = (health.router, documentation.router, problem_pages.router, stuck.router, overview.router)
    assert doors_of(*routers) == MATRIX


async def test_only_the_named_roles_pass(gateway, tokens, subtests) -> None:
    everybody = {role: bearer(token) for role, token in callers(tokens).items()} | {None: {}}
    for route, roles in MATRIX.items():
        method, path = route.split(" ")
        url = gateway.url + re.sub(r"{\w+}", "not-found", path)
        with subtests.test(route):
            passed = set()
            for role, headers in everybody.items():
                async with gateway.client.request(method, url, headers=headers) as answer:
                    if answer.status not in (401, 403):
                        passed.add(role)
            assert passed == expected(roles)


async def test_who_acts_for_another_passes_nowhere_that_asks_who_one_is(gateway, tokens) -> None:
    act = {"sub": str(uuid4()), "mandate": str(uuid4())}
    agent = bearer(tokens.mint(uuid4(), (Role.COMPANY,), ial=4, act=act))
    for route, roles in MATRIX.items():
        method, path = route.split(" ")
        if roles is not OPEN:
            async with gateway.client.request(method, gateway.url + path, headers=agent) as answer:
                assert answer.status == 403, route
