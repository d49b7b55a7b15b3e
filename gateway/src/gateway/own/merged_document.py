"""The services' API documents, fetched and kept as one."""

import asyncio
import hashlib
import math
import time
from dataclasses import dataclass

import orjson
import structlog
from chassis.http_client import UpstreamError

from ..proxy.upstream import Upstream
from ..routes import SERVICES, RoutingTable
from .openapi import Document, merge
from .problem_types import ProblemType, listed_by

log = structlog.get_logger(__name__)

_KEPT_SECONDS = 60.0
_PATIENCE = 10.0
_OWN = "gateway"


@dataclass(frozen=True, slots=True)
class _Part:
    document: Document
    fetched_at: float


class MergedDocument:
    """Each service is asked for its part again after a minute; one that does not answer keeps its last one.

    One never seen is missing, listed in `x-unavailable`, and asked for again the next time. Whoever comes while the
    services are asked gets what they answer, and does not wait for another round.
    """

    def __init__(self, upstream: Upstream, table: RoutingTable, own: Document) -> None:
        self._upstream = upstream
        self._table = table
        self._own = own
        self._parts: dict[str, _Part] = {}
        self._lock = asyncio.Lock()
        self._merged: Document = {}
        self._asked_until = -math.inf
        self._rendered: tuple[bytes, str, list[str]] | None = None

    async def get(self) -> Document:
        """The merged document."""
        came = time.monotonic()
        async with self._lock:
            if self._asked_until < came:
                await self._refresh()
        return self._merged

    async def rendered(self) -> tuple[bytes, str, list[str]]:
        """The merged document's bytes, their entity tag, and the services whose part it lacks."""
        document = await self.get()
        if self._rendered is None:
            body = orjson.dumps(document)
            tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
            self._rendered = body, tag, document.get("x-unavailable", [])
        return self._rendered

    async def problem_types(self) -> dict[str, ProblemType]:
        """The types of problem that the services list, by slug."""
        await self.get()
        found: dict[str, ProblemType] = {}
        for part in self._parts.values():
            found |= listed_by(part.document)
        return found

    async def _refresh(self) -> None:
        moment = time.monotonic()
        due = [
            service
            for service in SERVICES
            if service not in self._parts or moment - self._parts[service].fetched_at > _KEPT_SECONDS
        ]
        if not due and self._merged:
            return
        for service, document in zip(due, await asyncio.gather(*map(self._fetch, due)), strict=True):
            if document is not None:
                self._parts[service] = _Part(document, moment)
        self._merged = self._merge()
        self._rendered = None
        self._asked_until = time.monotonic()

    async def _fetch(self, service: str) -> Document | None:
        try:
            status, document = await self._upstream.get_json(service, "/openapi.json", _PATIENCE)
        except UpstreamError as error:
            log.warning("openapi_unavailable", service=service, cause=repr(error))
            return None
        return document if status == 200 and isinstance(document, dict) and "paths" in document else None

    def _merge(self) -> Document:
        known = {service: self._parts[service].document for service in SERVICES if service in self._parts}
        merged = merge(known | {_OWN: self._own}, self._is_public)
        missing = [service for service in SERVICES if service not in known]
        if missing:
            names = ", ".join(missing)
            merged["info"]["description"] += f"\n\n**暂缺 · Missing just now: {names}**"
            merged["x-unavailable"] = missing
        return merged

    def _is_public(self, path: str) -> bool:
        return self._table.find(path) is not None or path in self._own["paths"]
