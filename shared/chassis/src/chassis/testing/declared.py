"""Holds every answer in every test to what the API document says its route can answer with."""

from functools import cache
from typing import Any

import httpx2
from fastapi.routing import APIRoute

from ..http.description.problems import problems_of
from ..http.description.reading import CodeReader
from ..http.ops import ops_router
from ..problems.rendering import MEDIA_TYPE, TYPE_BASE
from ..service import Service

_KNOWN: dict[Any, frozenset[tuple[int, str]]] = {}
"""By endpoint: reading the code takes a moment, and tests open services by the hundred."""


class Declared:
    """The problems that a service's routes are known to answer with."""

    def __init__(self, service: Service) -> None:
        routers = (*service.routers, ops_router(service.name))
        self._routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
        self._package = service.name.replace("-", "_")

    async def hold(self, response: httpx2.Response) -> None:
        """An event hook of a client; raises AssertionError for a problem that the route does not declare."""
        if response.status_code >= 400 and response.headers.get("content-type") == MEDIA_TYPE:
            await response.aread()
            request = response.request
            self.check(request.method, request.url.path, response.json())

    def check(self, method: str, path: str, problem: dict[str, Any]) -> None:
        """`problem`: the document that was answered."""
        route = next(
            (one for one in self._routes if method in one.methods and one.path_regex.match(path)), None
        )
        if route is None or not getattr(route, "answers_in_problems", False):
            return
        told = (problem["status"], problem["type"].removeprefix(TYPE_BASE))
        assert told in self._declared(route), (
            f"{method} {route.path} answered {told}, which its API document does not tell of: reading the code did"
            " not find it; annotate what is called, or put @raises(…) of chassis.http.description on the route"
        )

    def _declared(self, route: APIRoute) -> frozenset[tuple[int, str]]:
        if route.endpoint not in _KNOWN:
            kinds = problems_of(route, _reader(self._package))
            _KNOWN[route.endpoint] = frozenset((kind.status, kind.slug) for kind in kinds)
        return _KNOWN[route.endpoint]


@cache
def _reader(package: str) -> CodeReader:
    return CodeReader(package)
