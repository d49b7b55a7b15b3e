"""One OpenAPI document and one page for all services."""

import asyncio
from typing import Any

import structlog

from .proxy.upstream import UPSTREAM_FAILURES, Upstream
from .routes import SERVICES, RoutingTable

log = structlog.get_logger(__name__)

_TITLE = "互联网+公安服务平台 · Internet + police services"
_DESCRIPTION = (
    "一次登录，办理全市公安业务。错误均为 RFC 9457 文档；写操作请带 Idempotency-Key；金额单位为分，时间为 UTC。\n\n"
    "Log in once and use every police department of the city. Errors are RFC 9457 documents; send an"
    " Idempotency-Key with writes; amounts are in fen, times in UTC."
)


class MergedDocument:
    """The services' own documents put together, kept until asked to look again."""

    def __init__(self, upstream: Upstream, table: RoutingTable) -> None:
        self._upstream = upstream
        self._table = table
        self._merged: dict[str, Any] | None = None

    async def get(self) -> dict[str, Any]:
        """The merged document. While a service is down its part is missing, and the document is not kept."""
        if self._merged is not None:
            return self._merged
        parts = await asyncio.gather(*(self._fetch(service) for service in SERVICES))
        merged = self._merge([part for part in parts if part is not None])
        if all(part is not None for part in parts):
            self._merged = merged
        return merged

    async def _fetch(self, service: str) -> tuple[str, dict[str, Any]] | None:
        try:
            status, document = await self._upstream.get_json(service, "/openapi.json", {}, 10)
        except UPSTREAM_FAILURES as error:
            log.warning("openapi_unavailable", service=service, cause=repr(error))
            return None
        return (service, document) if status == 200 else None

    def _merge(self, parts: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        schemas: dict[str, Any] = {}
        for service, document in parts:
            own = {path: item for path, item in document["paths"].items() if self._is_public(path)}
            paths |= _renamed(own, service)
            for name, schema in document.get("components", {}).get("schemas", {}).items():
                schemas[_component(service, name)] = _renamed(schema, service)
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        return {
            "openapi": "3.1.0",
            "info": {"title": _TITLE, "version": "1", "description": _DESCRIPTION},
            "paths": paths,
            "components": {"schemas": schemas, "securitySchemes": {"bearer": bearer}},
            "security": [{"bearer": []}, {}],
        }

    def _is_public(self, path: str) -> bool:
        return self._table.find(path) is not None


def _component(service: str, name: str) -> str:
    shared = ("ProblemDocument", "WrongField")
    return name if name in shared else f"{service.capitalize()}_{name}"


def _renamed(value: Any, service: str) -> Any:
    """`value` with its references pointing at the service's own components; operation ids made unique."""
    if isinstance(value, dict):
        renamed = {key: _renamed(item, service) for key, item in value.items()}
        reference = renamed.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
            renamed["$ref"] = "#/components/schemas/" + _component(service, reference.rpartition("/")[2])
        if isinstance(renamed.get("operationId"), str):
            renamed["operationId"] = f"{service}_{renamed['operationId']}"
        return renamed
    if isinstance(value, list):
        return [_renamed(item, service) for item in value]
    return value
