"""What can go wrong at the door itself, before a service sees a request and when none answers."""

from collections.abc import Iterator
from typing import Any

from chassis.http.description.problems import example_name, example_of, responses
from chassis.problems import PayloadTooLarge, Problem, ServiceUnavailable, TooManyRequests, Unauthorized

from ..proxy.refusals import BadPath, BadRequest, HeadersTooLarge, InternalError, RequestTooSlow, UpstreamSlow
from ..routes import Route

_ALL: tuple[type[Problem], ...] = (
    BadPath, BadRequest, HeadersTooLarge, InternalError, PayloadTooLarge, RequestTooSlow, ServiceUnavailable,
    TooManyRequests, Unauthorized, UpstreamSlow,
)  # fmt: skip
EXAMPLES: dict[str, Any] = {example_name(kind): example_of(kind) for kind in _ALL}
_WITH_BODY = {"post", "put", "patch"}
_METHODS = {*_WITH_BODY, "get", "head", "options", "delete"}


def add_to(item: dict[str, Any], route: Route | None) -> None:
    """Adds them to each operation of `item`; `route` is the path's row in the table, None for our own paths."""
    for method, operation in item.items():
        # Partners are told in the words of their own protocols.
        if method in _METHODS and not (route and route.webhook) and "responses" in operation:
            for status, answer in responses(_at_the_door(method, route)).items():
                _add(operation["responses"], status, answer)


def _at_the_door(method: str, route: Route | None) -> Iterator[type[Problem]]:
    yield from (TooManyRequests, ServiceUnavailable, InternalError)
    if route is None:
        return
    yield from (BadPath, BadRequest, HeadersTooLarge, UpstreamSlow)
    if method in _WITH_BODY:
        yield from (RequestTooSlow, PayloadTooLarge)
    if route.checks_token:
        yield Unauthorized  # a wrong token is refused here, also where none is needed


def _add(told: dict[str, Any], status: str, answer: dict[str, Any]) -> None:
    before = told.setdefault(status, answer)
    if before is answer or "x-problems" not in before:
        return
    new = [slug for slug in answer["x-problems"] if slug not in before["x-problems"]]
    before["x-problems"] = sorted([*before["x-problems"], *new])
    (content,), (added,) = before["content"].values(), answer["content"].values()
    content["examples"] |= {slug: added["examples"][slug] for slug in new}
