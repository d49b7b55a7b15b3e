"""What is committed beside the models: a JSON Schema and an example of every event, as text in the source tree.

Producers and readers are tested against these and not against the models, which both ends import: two ends
that change together still understand each other, and nobody would see that a third one no longer does.
"""

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

SCHEMAS: Final = Path(__file__).parents[2] / "schemas"
EXAMPLES: Final = Path(__file__).parents[2] / "examples"

Json = dict[str, Any]

_UNKNOWN: Final[Json] = {"told_since_a_later_version": {"how": "nested", "numbers": [1, 2]}}


class Producer(StrEnum):
    """Whose version of an event a reader is given."""

    TODAY = "today"
    OLDER = "older"
    """Knows the required fields only; the optional ones were added after it."""
    NEWER = "newer"
    """Says more than any reader of today knows, at the top and within parts."""


@cache
def schema(type: str) -> Json:
    """The committed schema of an event type. Not to be changed: everybody gets the same one."""
    return _read(SCHEMAS / f"{type}.json")


@cache
def closed_schema(type: str) -> Json:
    """The committed schema as a producer must keep it: members it does not name are not sent."""
    closed = _closed(schema(type))
    assert isinstance(closed, dict)
    return closed


def example(type: str, producer: Producer = Producer.TODAY, **values: Any) -> Json:
    """The committed example of an event type as `producer` would send it, with `values` in place of its own."""
    body = _read(EXAMPLES / f"{type}.json") | values
    sent = _as_sent(body, schema(type), schema(type), producer)
    assert isinstance(sent, dict)
    return sent


def _read(path: Path) -> Json:
    content: Json = json.loads(path.read_text(encoding="utf-8"))
    return content


def _closed(part: Any) -> Any:
    if isinstance(part, list):
        return [_closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    closed = {name: _closed(item) for name, item in part.items()}
    return closed | {"additionalProperties": False} if isinstance(part.get("properties"), dict) else closed


def _as_sent(value: Any, part: Json, document: Json, producer: Producer) -> Any:
    """`value` with its optional members left out, or unknown ones added, wherever `part` names its members."""
    if "$ref" in part:
        part = document["$defs"][part["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return [_as_sent(item, part.get("items", {}), document, producer) for item in value]
    if not isinstance(value, dict) or "properties" not in part:
        return value
    members = {
        name: _as_sent(member, part["properties"][name], document, producer)
        for name, member in value.items()
        if producer is not Producer.OLDER or name in part["required"]
    }
    return members | _UNKNOWN if producer is Producer.NEWER else members
