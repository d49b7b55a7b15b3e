"""The services as their code makes them, from nothing but that: their routes, roles and API documents."""

import importlib
import inspect
from functools import cache
from typing import Final

from chassis.service import Service
from chassis.settings import ServiceSettings

from .table import ROOT
from .trying import operations

SERVICES: Final = tuple(sorted(found.parent.name for found in ROOT.glob("*-svc/pyproject.toml")))


@cache
def built(name: str) -> Service:
    """`built("case-svc")`, as `python -m case_svc openapi` builds it; nothing of it runs."""
    package = name.replace("-", "_")
    (settings,) = (
        found
        for found in vars(importlib.import_module(f"{package}.settings")).values()
        if inspect.isclass(found) and issubclass(found, ServiceSettings) and found is not ServiceSettings
    )
    service: Service = importlib.import_module(f"{package}.bootstrap").build(
        settings(**settings.placeholders())
    )
    return service


@cache
def documented(name: str) -> dict[str, str]:
    """The operations of the service's API document, and what each does."""
    return operations(built(name).app().openapi())
