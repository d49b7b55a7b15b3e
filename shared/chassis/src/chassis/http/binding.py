"""From a request to an endpoint's arguments and from what it returns to an answer, the short way.

FastAPI's way prepares for forms, streams, dependencies and telemetry at each request: a fifth of what one costs here.
A plain endpoint has parameters of its path, one JSON body and a model to answer with: its own validators do. It may
depend on what reads a header that seldom comes, or says something of the response. Where a request is not plainly
right, FastAPI goes its way from the start and says what is wrong, in its own words.
"""

import inspect
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from fastapi._compat import ModelField
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import ResponseValidationError
from fastapi.params import Body, File, Form
from fastapi.routing import APIRoute
from fastapi.utils import is_body_allowed_for_status_code
from starlette.requests import Request
from starlette.responses import Response

Answer = Callable[[Request], Awaitable[Response]]

_JSON = ("application/json", "application/json; charset=utf-8", "application/json;charset=utf-8")


class _NotPlain(Exception):
    """FastAPI shall look at this request."""


def bound(route: APIRoute, handler: Answer) -> Answer:
    """`handler`, which is FastAPI's of `route`, with the short way before it where the route allows it."""
    thorough = _with_stacks(handler)
    return _Plain(route, thorough).answer if _is_plain(route) else thorough


def _with_stacks(handler: Answer) -> Answer:
    async def answered(request: Request) -> Response:
        # FastAPI wants three, for what dependencies and forms leave to be closed; ours leave nothing behind an answer.
        async with AsyncExitStack() as stack:
            request.scope["fastapi_middleware_astack"] = stack
            request.scope["fastapi_inner_astack"] = stack
            request.scope["fastapi_function_astack"] = stack
            return await handler(request)

    return answered


def _is_plain(route: APIRoute) -> bool:
    needs = route.dependant
    filtered = (
        route.response_model_include, route.response_model_exclude, route.response_model_exclude_unset,
        route.response_model_exclude_defaults, route.response_model_exclude_none,
    )  # fmt: skip
    return (
        not any(filtered)
        and not needs.header_params
        and not _needs_more(needs)
        and all(_is_aside(one) for one in needs.dependencies)
        and _takes_json(route)
        and _gives_a_model(route)
    )


def _needs_more(needs: Dependant) -> bool:
    return bool(
        needs.cookie_params
        or needs.websocket_param_name
        or needs.http_connection_param_name
        or needs.background_tasks_param_name
        or needs.security_scopes_param_name
    )


def _is_aside(needs: Dependant) -> bool:
    """Whether a dependency needs no more than the response, or headers that may be missing."""
    more = needs.path_params or needs.query_params or needs.body_params or needs.dependencies
    return (
        not more
        and not _needs_more(needs)
        and needs.request_param_name is None
        and inspect.iscoroutinefunction(needs.call)
        and not any(field.field_info.is_required() for field in needs.header_params)
    )


def _takes_json(route: APIRoute) -> bool:
    bodies = route.dependant.body_params
    if not bodies:
        return True
    info = bodies[0].field_info
    return (
        len(bodies) == 1
        and not route._embed_body_fields
        and not isinstance(info, Form | File)
        and not (isinstance(info, Body) and info.embed)
    )


def _gives_a_model(route: APIRoute) -> bool:
    if not inspect.iscoroutinefunction(route.endpoint):
        return False
    returns = inspect.signature(route.endpoint).return_annotation
    if inspect.isclass(returns) and issubclass(returns, Response):
        return True
    return route.response_field is not None and isinstance(route.response_class, DefaultPlaceholder)


class _Plain:
    def __init__(self, route: APIRoute, thorough: Answer) -> None:
        needs = route.dependant
        assert needs.call is not None
        self._thorough = thorough
        self._call = needs.call
        self._path = tuple((field, field.alias) for field in needs.path_params)
        self._query = tuple(needs.query_params)
        self._body = needs.body_params[0] if needs.body_params else None
        self._aside = tuple(_Aside(one) for one in needs.dependencies)
        self._request_name = needs.request_param_name
        self._response_name = needs.response_param_name
        self._model = route.response_field
        self._by_alias = route.response_model_by_alias
        self._status = route.status_code or 200

    async def answer(self, request: Request) -> Response:
        told = _Told() if self._aside or self._response_name else None
        try:
            arguments = await self._arguments(request, told)
        except _NotPlain:
            arguments = None
        if arguments is None:  # not above: what goes wrong there would be told as following from this
            return await self._thorough(request)
        given = await self._call(**arguments)
        if told is None:
            return given if isinstance(given, Response) else self._response(given, self._status)
        if isinstance(given, Response):
            return given
        response = self._response(given, told.status_code or self._status)
        response.raw_headers += told.raw_headers
        return response

    async def _arguments(self, request: Request, told: "_Told | None") -> dict[str, Any]:
        found: dict[str, Any] = {}
        for aside in self._aside:
            value = await aside.value(request, told)
            if aside.name is not None:
                found[aside.name] = value
        for field, alias in self._path:
            found[field.name] = _valid(field, request.path_params[alias])
        if self._query:
            if request.scope["query_string"]:
                raise _NotPlain
            for field in self._query:
                if field.field_info.is_required():
                    raise _NotPlain
                found[field.name] = field.get_default()
        if self._body is not None:
            found[self._body.name] = _valid(self._body, await _json(request))
        if self._request_name is not None:
            found[self._request_name] = request
        if self._response_name is not None:
            found[self._response_name] = told
        return found

    def _response(self, given: Any, status: int) -> Response:
        assert self._model is not None
        value, errors = self._model.validate(given, loc=("response",))
        if errors:
            raise ResponseValidationError(errors=errors, body=given)
        allowed = is_body_allowed_for_status_code(status)
        content = self._model.serialize_json(value, by_alias=self._by_alias) if allowed else b""
        return Response(content, status, media_type="application/json")


class _Aside:
    def __init__(self, needs: Dependant) -> None:
        assert needs.call is not None
        self.name = needs.name
        self._call = needs.call
        self._response_name = needs.response_param_name
        self._defaults = {field.name: field.get_default() for field in needs.header_params}
        self._headers = [field.alias.replace("_", "-") for field in needs.header_params]

    async def value(self, request: Request, told: "_Told | None") -> Any:
        if any(name in request.headers for name in self._headers):
            raise _NotPlain
        if self._response_name is None:
            return await self._call(**self._defaults)
        return await self._call(**self._defaults, **{self._response_name: told})


class _Told(Response):
    """What an endpoint that asks for the response says of it: headers, or another status."""

    def __init__(self) -> None:
        self.raw_headers: list[tuple[bytes, bytes]] = []
        self.status_code = 0
        self.background = None


def _valid(field: ModelField, value: Any) -> Any:
    found, errors = field.validate(value)
    if errors:
        raise _NotPlain
    return found


async def _json(request: Request) -> Any:
    if request.headers.get("content-type", "").lower() not in _JSON:
        raise _NotPlain
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise _NotPlain from error
