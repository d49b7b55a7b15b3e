"""From a request to its route: a table by method and length of the path, and nothing in between."""

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..problems import Problem
from ..problems.rendering import on_http_exception, on_invalid_request, on_problem
from .binding import Answer, bound
from .middleware import Observed, unforeseen


class DirectRoute(APIRoute):
    """A route that `Dispatch` can call by itself: FastAPI's, whose handler is kept at hand."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.answer: Answer = self.get_route_handler()

    def get_route_handler(self) -> Callable[[Request], Any]:
        return bound(self, super().get_route_handler())


class Dispatch:
    """Calls our routes directly; whatever it does not find goes Starlette's way, to a 404, a 405 or a plain page.

    That way is eleven layers, several of which look at every message, and a search through all routes by regular
    expressions: a seventh of what a request costs. Nothing of it is needed for a route of ours.
    """

    def __init__(self, routes: Iterable[Any], otherwise: ASGIApp) -> None:
        self._otherwise = otherwise
        self._table: dict[tuple[str, int], list[tuple[Route, Answer]]] = defaultdict(list)
        for route in routes:
            answer = _answer_of(route)
            if answer is not None and ":path}" not in route.path:
                for method in route.methods:
                    self._table[method, route.path.count("/")].append((route, answer))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._find(scope) if scope["type"] == "http" else None
        if answer is None:
            await self._otherwise(scope, receive, send)
            return
        with Observed(scope) as observed:
            response = await _answered(answer, Request(scope, receive, send))
            observed.status = response.status_code
            response.raw_headers.append(observed.request_id_header)
            await response(scope, receive, send)

    def _find(self, scope: Scope) -> Answer | None:
        path: str = scope["path"]
        for route, answer in self._table.get((scope["method"], path.count("/")), ()):
            if (found := route.path_regex.match(path)) is not None:
                convertors = route.param_convertors
                scope["path_params"] = {
                    name: convertors[name].convert(value) for name, value in found.groupdict().items()
                }
                scope["route"] = route
                scope["endpoint"] = route.endpoint
                return answer
        return None


async def _answered(answer: Answer, request: Request) -> Response:
    try:
        return await answer(request)
    except Problem as problem:
        return await on_problem(request, problem)
    except RequestValidationError as error:
        return await on_invalid_request(request, error)
    except HTTPException as error:
        return await on_http_exception(request, error)
    except Exception:
        return unforeseen(request.scope)


def _answer_of(route: Any) -> Answer | None:
    if isinstance(route, DirectRoute):
        return route.answer
    # A plain route whose function takes the request and gives the response, such as a webhook's.
    return route.endpoint if type(route) is Route and inspect.iscoroutinefunction(route.endpoint) else None
