"""Who may do what, over all services: each has a table beside its tests, and the gateway's routes fit them."""

import importlib
import importlib.util
import inspect
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from chassis.service import Service
from chassis.settings import ServiceSettings
from chassis.testing.doors import OPEN, doors
from contracts.tokens import Role
from gateway.routes import RoutingTable

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "catalog", "case", "payment", "courier", "evaluation")


@cache
def matrix_of(name: str) -> dict[str, set[Role] | None]:
    """The table in the service's test_matrix.py; else what the routes say, which `tests/authorisation/tables` holds."""
    path = ROOT / f"{name}-svc/tests/integration/test_matrix.py"
    if not path.exists():
        return dict(doors(built(name)))
    spec = importlib.util.spec_from_file_location(f"matrix_of_{name}", path)
    assert spec is not None and spec.loader is not None, f"{name}-svc has no {path.name}"
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table: dict[str, set[Role] | None] = module.MATRIX
    return table


def built(name: str) -> Service:
    """The service as `python -m … openapi` builds it: from nothing but its code."""
    bootstrap = importlib.import_module(f"{name}_svc.bootstrap")
    (settings,) = (
        found
        for found in vars(importlib.import_module(f"{name}_svc.settings")).values()
        if inspect.isclass(found) and issubclass(found, ServiceSettings) and found is not ServiceSettings
    )
    service: Service = bootstrap.build(settings(**settings.placeholders()))
    return service


def rows() -> list[tuple[str, str, Any]]:
    """(service, path, roles) of every row there is."""
    return [
        (name, route.split(" ")[1], roles) for name in SERVICES for route, roles in matrix_of(name).items()
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_has_a_row_in_its_services_matrix(name: str):
    routes, table = doors(built(name)), matrix_of(name)
    assert not routes.keys() - table.keys(), "a new route needs a row, and a word on who may call it"
    assert not table.keys() - routes.keys(), "a row without a route"
    assert routes == table, "a row says other roles than the route's signature"


def test_every_public_route_is_reached_through_the_gateway():
    table = RoutingTable()
    lost = [
        path
        for name, path, _ in rows()
        if not path.startswith("/internal/") and getattr(table.find(path), "service", None) != name
    ]
    assert not lost, lost


def test_no_internal_route_is_reached_through_the_gateway():
    table = RoutingTable()
    assert not [path for _, path, _ in rows() if path.startswith("/internal/") and table.find(path)]


def test_services_are_let_in_by_internal_routes_only_and_nobody_else_is():
    """A service that acts for a person does so on an address of its own, not on the person's."""
    own_account = {"/api/identity/me", "/api/identity/password", "/api/identity/sessions/current"}
    # Where a service shows its secret; what the gateway asks, which has none.
    without = {"/internal/service-tokens", "/internal/revocations"}
    # For tokens that carry no role yet; services are told that there is no such officer.
    own_account |= {"/api/identity/me/second-factor", "/api/identity/me/second-factor/confirmation"}
    for _, path, roles in rows():
        if path.startswith("/internal/"):
            assert roles == {Role.SERVICE} or path in without, path
        elif path not in own_account:
            assert roles is OPEN or Role.SERVICE not in roles, path


ASSISTING = {
    # Auxiliaries (辅警) assist and never decide: beside what is their own, this is all that they may write.
    "POST /api/cases/{case_id}/collect",  # hands over what was decided
    "POST /api/payments/orders/{order_id}/check",  # asks the bank how an order stands
}
OWN = ("/api/identity/me/", "/api/identity/password", "/api/identity/sessions/current")


def test_auxiliaries_assist_and_never_decide():
    written = {
        route
        for name in SERVICES
        for route, roles in matrix_of(name).items()
        if roles is not OPEN and Role.AUXILIARY in roles and not route.startswith("GET ")
    }
    assert {route for route in written if not route.split(" ")[1].startswith(OWN)} == ASSISTING
