"""Whoever acts for somebody leaves a trace: every route that lets them write keeps who it was."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from chassis.http.description.roles import providers_of
from chassis.settings import ServiceSettings
from fastapi.routing import APIRoute

SERVICES = ("identity", "catalog", "case", "payment", "courier", "evaluation")
TRACES = ("actor.sub", "note_hand(", ".mover")
"""How the code says who acted: in its own rows or the audit log, in the case's hands, in the history's facts."""
NOTHING_TO_KEEP = {
    # Asks the bank how things stand and shows it; whoever may read the order may.
    "POST /api/payments/orders/{order_id}/check",
}
READS = {"GET", "HEAD", "OPTIONS"}


def built(name: str) -> Any:
    (settings,) = (
        found
        for found in vars(importlib.import_module(f"{name}_svc.settings")).values()
        if inspect.isclass(found) and issubclass(found, ServiceSettings) and found is not ServiceSettings
    )
    return importlib.import_module(f"{name}_svc.bootstrap").build(settings(**settings.placeholders()))


def lets_actors_in(route: APIRoute) -> bool:
    return any(getattr(provider, "allows_acting", False) for provider in providers_of(route))


def writes_of_actors() -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in SERVICES:
        for router in built(name).routers:
            for route in router.routes:
                if isinstance(route, APIRoute) and lets_actors_in(route):
                    for method in route.methods - READS:
                        yield f"{method} {route.path_format}", route.endpoint


def code_behind(function: Callable[..., Any], seen: set[Any]) -> str:
    """Its source, and that of all functions of the same service that it names, and they."""
    inner = inspect.unwrap(function)
    if inner in seen or not isinstance(inner, FunctionType):
        return ""
    seen.add(inner)
    service = inner.__module__.split(".")[0]
    named = [inner.__globals__.get(name) for name in inner.__code__.co_names]
    return inspect.getsource(inner) + "".join(
        code_behind(one, seen) for one in named if getattr(one, "__module__", "").split(".")[0] == service
    )


@pytest.fixture(scope="module")
def writes() -> dict[str, Callable[..., Any]]:
    return dict(writes_of_actors())


def test_every_write_for_somebody_keeps_who_did_it(writes: dict[str, Callable[..., Any]]):
    assert len(writes) > 10
    silent = {
        route
        for route, endpoint in writes.items()
        if not any(t in code_behind(endpoint, set()) for t in TRACES)
    }
    assert silent == NOTHING_TO_KEEP, (
        "keep the actor with what was written, and tell both, or say here why not"
    )
