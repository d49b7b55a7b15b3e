"""What must hold of all routes of all services, whatever a table says, and which of them the gateway reaches."""

import pytest
from chassis.testing.doors import OPEN, doors
from contracts.tokens import Role
from gateway.routes import RoutingTable

from .services import SERVICES, built, documented

ROUTES = [
    (name.removesuffix("-svc"), route, roles)
    for name in SERVICES
    for route, roles in doors(built(name)).items()
]
pytestmark = pytest.mark.xdist_group("documents")


def path_of(route: str) -> str:
    return route.split(" ")[1]


def test_every_public_route_is_reached_through_the_gateway() -> None:
    gateway = RoutingTable()
    lost = [
        route
        for name, route, _ in ROUTES
        if not path_of(route).startswith("/internal/")
        and getattr(gateway.find(path_of(route)), "service", None) != name
    ]
    assert not lost, lost


def test_no_internal_route_is_reached_through_the_gateway() -> None:
    gateway = RoutingTable()
    paths = {path_of(route) for _, route, _ in ROUTES if path_of(route).startswith("/internal/")}
    assert not [path for path in paths if gateway.find(path)]


def test_routes_outside_of_the_api_documents_look_at_no_token() -> None:
    """Pages, partners' doors, OAuth: they say in their own ways who may, and have tests of their own."""
    unsaid = [
        route for name, route, roles in ROUTES if roles is not OPEN and route not in documented(f"{name}-svc")
    ]
    assert not unsaid, "a route that asks for a token stands in the API document, and so in a table"


def test_services_are_let_in_by_internal_routes_only_and_nobody_else_is() -> None:
    """A service that acts for a person does so on an address of its own, not on the person's."""
    own_account = {"/api/identity/me", "/api/identity/password", "/api/identity/sessions/current"}
    # Where a service shows its secret; what the gateway asks, which has none.
    without = {"/internal/service-tokens", "/internal/revocations"}
    # For tokens that carry no role yet; services are told that there is no such officer.
    own_account |= {"/api/identity/me/second-factor", "/api/identity/me/second-factor/confirmation"}
    for _, route, roles in ROUTES:
        path = path_of(route)
        if path.startswith("/internal/"):
            assert roles == {Role.SERVICE} or path in without, path
        elif path not in own_account:
            assert roles is OPEN or Role.SERVICE not in roles, path


ASSISTING = {
    # Auxiliaries (辅警) assist and never decide: beside what is their own, this is all that they may write.
    "POST /api/cases/{case_id}/collect",  # hands over what was decided
    "POST /api/shipments/{shipment_id}/label",  # prints what is to be stuck on the parcel
    "POST /api/payments/orders/{order_id}/check",  # asks the bank how an order stands
}
OWN = ("/api/identity/me/", "/api/identity/password", "/api/identity/sessions/current")


def test_auxiliaries_assist_and_never_decide() -> None:
    written = {
        route
        for _, route, roles in ROUTES
        if roles is not OPEN and Role.AUXILIARY in roles and not route.startswith("GET ")
    }
    assert {route for route in written if not path_of(route).startswith(OWN)} == ASSISTING
