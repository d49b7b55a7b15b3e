"""Every route and every role: who passes the door. What lies behind it, other tests say."""

from chassis.testing import Running
from chassis.testing.doors import OPEN, callers, doors, expected, operations_of, passing
from contracts.tokens import Role

EDITOR = {Role.CATALOG_EDITOR}
VERSION = "/api/catalog/items/{code}/versions/{version}"
MATRIX = operations_of("catalog-svc") | {
    "GET /api/catalog/items": OPEN,
    "GET /api/catalog/items/{code}": OPEN,
    "GET /api/catalog/items/{code}/windows": OPEN,
    "GET /api/catalog/stats": OPEN,
    "GET /api/catalog/departments": OPEN,
    "GET /api/catalog/branches": OPEN,
    "POST /api/catalog/items": EDITOR,
    "GET /api/catalog/drafts": EDITOR,
    "GET /api/catalog/items/{code}/versions": EDITOR,
    "POST /api/catalog/items/{code}/versions": EDITOR,
    f"GET {VERSION}": EDITOR,
    f"PUT {VERSION}": EDITOR,
    f"DELETE {VERSION}": EDITOR,
    f"GET {VERSION}/diff": EDITOR,
    f"POST {VERSION}/publish": EDITOR,
    f"POST {VERSION}/retire": EDITOR,
}


def test_the_matrix_is_what_the_routes_say(small: Running) -> None:
    assert doors(small.service) == MATRIX


async def test_only_the_named_roles_pass(small: Running, subtests) -> None:
    for route, roles in MATRIX.items():
        with subtests.test(route):
            assert await passing(small.client, route, callers(small.tokens)) == expected(roles)
