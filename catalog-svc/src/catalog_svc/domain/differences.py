"""What an editor changed: two contents compared, field by field."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .content import ItemContent

_IDENTITY: Final = {"materials": "name", "form_fields": "key", "faq": "q"}


@dataclass(frozen=True, slots=True)
class Difference:
    """`field` is a JSON Pointer; parts of a list go by their names (`/materials/居民户口簿/required`)."""

    field: str
    before: Any
    after: Any


def differences(before: ItemContent, after: ItemContent) -> list[Difference]:
    """Every changed place; a part that was added has `before` null, one that was removed `after` null."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    found: list[Difference] = []
    for field in ItemContent.model_fields:
        key = _IDENTITY.get(field)
        if key is None:
            found += _compare(f"/{field}", old[field], new[field])
        else:
            found += _compare_parts(f"/{field}", old[field], new[field], key)
    return found


def _compare(field: str, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from _compare(f"{field}/{name}", before.get(name), after.get(name))
    else:
        yield Difference(field, before, after)


def _compare_parts(field: str, before: list[Any], after: list[Any], key: str) -> Iterator[Difference]:
    old, new = ({_escaped(part[key]): part for part in parts} for parts in (before, after))
    for name in dict.fromkeys([*old, *new]):
        yield from _compare(f"{field}/{name}", old.get(name), new.get(name))
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield Difference(field, list(old), list(new))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
