"""The problems a route can answer with: those of its own code, and those that every route has."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from contracts.tokens import Role
from fastapi.routing import APIRoute

from ...problems import (
    Conflict,
    Forbidden,
    InvalidInput,
    PayloadTooLarge,
    Problem,
    ServiceUnavailable,
    Unauthorized,
)
from ...problems.rendering import MEDIA_TYPE, TYPE_BASE
from .reading import CodeReader
from .roles import allowed_roles, providers_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Json = dict[str, Any]

EXAMPLES = "#/components/examples/"
_READS = {"GET", "HEAD", "OPTIONS"}


class InternalError(Problem):
    """Nobody foresaw it; `middleware.unforeseen` says so."""

    status = 500
    slug = "internal-error"
    title = ("系统内部错误", "Internal error")


class BadRequest(Problem):
    """What the framework says of a body that is no JSON at all."""

    status = 400
    slug = "bad-request"
    title = ("请求有误", "Bad request")


def raises(*problems: type[Problem]) -> Callable[[Endpoint], Endpoint]:
    """Says of a route what reading its code does not find: a problem behind a call that no annotation explains."""

    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__raises__ = problems  # type: ignore[attr-defined]
        return endpoint

    return mark


def problems_of(route: APIRoute, reader: CodeReader) -> list[type[Problem]]:
    """What `route` can answer with, by status and slug."""
    functions = [route.endpoint, *providers_of(route)]
    found = {kind for function in functions for kind in reader.problems_of(function)}
    found |= set(getattr(route.endpoint, "__raises__", ()))
    found |= set(_common(route))
    found = found - {Problem} if any(kind.slug == "bad-request" for kind in found - {Problem}) else found
    return sorted(found, key=lambda kind: (kind.status, kind.slug))


def _common(route: APIRoute) -> Iterator[type[Problem]]:
    """What the chassis itself may say, whatever the route does."""
    from ..idempotency import IdempotencyKeyRequired, IdempotencyKeyReused, StillRunning

    yield from (InvalidInput, ServiceUnavailable, InternalError)
    roles = allowed_roles(route)
    if roles is not None:
        yield Unauthorized
        if roles != frozenset(Role):
            yield Forbidden
    if route.methods <= _READS:
        return
    yield PayloadTooLarge
    if route.body_field is not None:
        yield BadRequest
    policy = getattr(route.endpoint, "__idempotency__", "optional")
    if policy != "never":
        yield from (IdempotencyKeyReused, StillRunning, Conflict)
    if policy == "required":
        yield IdempotencyKeyRequired


def responses(kinds: Iterable[type[Problem]]) -> dict[str, Json]:
    """Of an operation's `responses` those that are problems; their examples stand in the components."""
    by_status: dict[int, dict[str, type[Problem]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, {})[kind.slug] = kind
    return {str(status): _response(found) for status, found in sorted(by_status.items())}


def _response(found: dict[str, type[Problem]]) -> Json:
    content = {
        "schema": {"$ref": "#/components/schemas/ProblemDocument"},
        "examples": {slug: {"$ref": EXAMPLES + example_name(kind)} for slug, kind in found.items()},
    }
    told = "；".join(dict.fromkeys(kind.title[0] for kind in found.values()))
    told_en = "; ".join(dict.fromkeys(kind.title[1] for kind in found.values()))
    return {
        "description": f"{told} · {told_en}",
        "content": {MEDIA_TYPE: content},
        "x-problems": sorted(found),
    }


def example_name(kind: type[Problem]) -> str:
    """Two kinds may share a slug and differ in their status."""
    return f"{kind.slug}-{kind.status}"


def example_of(kind: type[Problem]) -> Json:
    """How a problem of `kind` looks."""
    value: Json = {
        "type": TYPE_BASE + kind.slug,
        "title": kind.title[0],
        "status": kind.status,
        "detail": kind.title[0] + "。",
        "request_id": "019d3a52a1b27c3d8e4f5a6b7c8d9e0f",
    }
    if issubclass(kind, InvalidInput):
        value["errors"] = [{"path": "/answers/phone", "message": "格式不对（应为手机号）"}]
    return {"summary": f"{kind.title[0]} · {kind.title[1]}", "value": value}
