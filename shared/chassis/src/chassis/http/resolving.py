"""Dependencies that need nothing but the request, resolved by the route itself.

FastAPI's solver takes some 40 µs of CPU for each `Depends`, and a route here has three or four: the caller, the unit of
work, the service's desk. What it resolves in any order among the parameters comes here first, so a caller who may not
pass is refused before the body is read. Everything that reads parameters stays with FastAPI.
"""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi.params import Depends
from starlette.requests import Request

Resolve = Callable[[Request], Awaitable[Any]]
Endpoint = Callable[..., Awaitable[Any]]

_RESOLVED = "chassis.resolved"


@dataclass(frozen=True, slots=True)
class Resolved:
    """One parameter of an endpoint; `providers` are the functions behind it, for those who read signatures."""

    name: str
    resolve: Resolve
    providers: tuple[Callable[..., Any], ...]


def split(endpoint: Endpoint) -> tuple[Endpoint, tuple[Resolved, ...]]:
    """The endpoint as FastAPI shall see it, and the parameters that `resolve_into` provides."""
    signature = inspect.signature(endpoint)
    hints = typing.get_type_hints(endpoint, include_extras=True)
    found = tuple(
        one for name in signature.parameters if (one := _resolved(name, hints.get(name))) is not None
    )
    if not found:
        return endpoint, ()
    ours = {one.name for one in found}
    rest = [parameter for name, parameter in signature.parameters.items() if name not in ours]
    own = next((parameter.name for parameter in rest if hints.get(parameter.name) is Request), None)
    through = own or "chassis_request"
    if own is None:
        rest.append(inspect.Parameter(through, inspect.Parameter.KEYWORD_ONLY, annotation=Request))

    @functools.wraps(endpoint)
    async def called(**given: Any) -> Any:
        request: Request = given[through] if own else given.pop(through)
        return await endpoint(**given, **request.scope[_RESOLVED])

    called.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
    return called, found


async def resolve_into(request: Request, wanted: tuple[Resolved, ...]) -> None:
    """Puts what the endpoint needs into the request's scope; raises what a dependency raises."""
    request.scope[_RESOLVED] = {one.name: await one.resolve(request) for one in wanted}


def _resolved(name: str, hint: Any) -> Resolved | None:
    provider = _provider(hint)
    if provider is None or (resolve := _compiled(provider)) is None:
        return None
    return Resolved(name, resolve, tuple(_behind(provider)))


def _provider(hint: Any) -> Callable[..., Any] | None:
    """The function of `Annotated[…, Depends(function)]`."""
    if typing.get_origin(hint) is not Annotated:
        return None
    found = [extra for extra in hint.__metadata__ if isinstance(extra, Depends)]
    return found[0].dependency if len(found) == 1 else None


def _needs(provider: Callable[..., Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(provider, include_extras=True)
    return {name: hints.get(name) for name in inspect.signature(provider).parameters}


def _compiled(provider: Callable[..., Any]) -> Resolve | None:
    """A function of the request alone; None where a parameter of it comes from elsewhere."""
    if not inspect.iscoroutinefunction(provider):
        return None
    parts: list[tuple[str, Resolve | None]] = []
    for name, hint in _needs(provider).items():
        if hint is Request:
            parts.append((name, None))
        elif (inner := _provider(hint)) is not None and (resolve := _compiled(inner)) is not None:
            parts.append((name, resolve))
        else:
            return None
    if parts == [("request", None)]:
        return provider

    async def resolve_all(request: Request) -> Any:
        return await provider(
            **{name: request if part is None else await part(request) for name, part in parts}
        )

    return resolve_all


def _behind(provider: Callable[..., Any]) -> list[Callable[..., Any]]:
    inner = [found for hint in _needs(provider).values() if (found := _provider(hint)) is not None]
    return [provider, *(one for found in inner for one in _behind(found))]
