"""Puts into the document what FastAPI does not know."""

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute

from .problems import example_name, example_of, problems_of, responses
from .reading import CodeReader
from .roles import allowed_roles
from .sampling import Sampler

Json = dict[str, Any]

_JSON = "application/json"


def describe(document: Json, routes: Iterable[Any], package: str, samples: dict[str, Any]) -> Json:
    """Completes `document`, made by FastAPI of `routes`; `package` is whose code is read.

    `samples`: property's name → values that people recognise, of which the first that fits a schema is taken.
    """
    reader, components = CodeReader(package), document.setdefault("components", {})
    sampler = Sampler(components.get("schemas", {}), samples)
    for route in routes:
        if isinstance(route, APIRoute) and route.include_in_schema:
            for method in sorted(route.methods):
                operation = document["paths"][route.path_format][method.lower()]
                _complete(operation, route, reader, components)
                _with_examples(operation, sampler)
    return document


def _complete(operation: Json, route: APIRoute, reader: CodeReader, components: Json) -> None:
    operation["operationId"] = route.name
    _summarise(operation, route)
    roles = allowed_roles(route)
    operation["security"] = [] if roles is None else [{"bearer": []}]
    if roles is not None:
        operation["x-roles"] = sorted(roles)
    if getattr(route, "answers_in_problems", False):
        kinds = problems_of(route, reader)
        for wildcard in ("4XX", "5XX"):
            operation["responses"].pop(wildcard, None)
        operation["responses"] |= {
            status: answer
            for status, answer in responses(kinds).items()
            if status not in operation["responses"]
        }
        components.setdefault("examples", {}).update({example_name(kind): example_of(kind) for kind in kinds})


def _summarise(operation: Json, route: APIRoute) -> None:
    """The first line of the docstring is the summary, what follows the description."""
    if route.summary is None and route.description:
        first, _, rest = route.description.partition("\n\n")
        operation["summary"] = " ".join(first.split()).rstrip("。.")
        operation["description"] = rest.strip()
        if not rest.strip():
            del operation["description"]


def _with_examples(operation: Json, sampler: Sampler) -> None:
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [
        answer.get("content", {})
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    ]
    for content in contents:
        media = content.get(_JSON)
        if media and media.get("schema") and not media.keys() & {"example", "examples"}:
            media["example"] = sampler.sample(media["schema"])
    for parameter in operation.get("parameters", ()):
        if not parameter.keys() & {"example", "examples"} and not parameter["schema"].get("examples"):
            example = sampler.sample(parameter["schema"], parameter["name"])
            parameter |= {} if example is None else {"example": example}
