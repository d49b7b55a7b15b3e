"""The merged API document as the gateway serves it, made from the code alone: nothing runs."""

import importlib
import inspect
from typing import Any

from chassis.service import Service
from chassis.settings import ServiceSettings
from gateway.client_address import ClientAddress
from gateway.own.app import own_app
from gateway.own.openapi import Document, merge
from gateway.routes import SERVICES, RoutingTable


def built(name: str) -> Service:
    """The service as `python -m … openapi` builds it; `name` as in the gateway's table, such as "case"."""
    bootstrap = importlib.import_module(f"{name}_svc.bootstrap")
    settings = importlib.import_module(f"{name}_svc.settings")
    (kind,) = (found for found in vars(settings).values() if _is_settings(found))
    service: Service = bootstrap.build(kind(**kind.placeholders()))
    return service


def merged_document() -> Document:
    """OpenAPI 3.1 of everything that is reached from outside."""
    table, own = RoutingTable(), own_app(ClientAddress("")).openapi()
    documents = {name: built(name).app().openapi() for name in SERVICES}
    return merge(
        documents | {"gateway": own}, lambda path: table.find(path) is not None or path in own["paths"]
    )


def _is_settings(thing: Any) -> bool:
    return inspect.isclass(thing) and issubclass(thing, ServiceSettings) and thing is not ServiceSettings
