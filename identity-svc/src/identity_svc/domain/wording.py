"""The words of a message in both languages: its kind's sentence with people, places and roles called by their names."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from .accounts import ROLES_IN_WORDS
from .messages import WORDS

Pair = tuple[str, str]
"""In Chinese and in English."""
NO_NAMES: Final[Mapping[Any, Pair]] = MappingProxyType({})

_PLACES: Final = ("unit", "officer_unit", "place")
_SIDES: Final[dict[str, tuple[str, Pair, Pair]]] = {
    "agent": ("agent_id", ("代理人{}", "Your agent {}"), ("代理人", "Your agent")),
    "principal": ("principal_id", ("{}", "{}"), ("他人", "somebody")),
}
"""What the sentence calls them → the fact with their account, how they are called by name, and without one."""


def people_in(facts: Mapping[str, Any]) -> set[UUID]:
    """The accounts whose masked names the words want."""
    return {UUID(facts[fact]) for fact, _, _ in _SIDES.values() if facts.get(fact)}


def places_in(facts: Mapping[str, Any]) -> set[str]:
    """Codes of units, branches and departments whose names the words want."""
    return {facts[fact] for fact in _PLACES if fact in facts}


def worded(
    kind: str,
    facts: Mapping[str, Any],
    people: Mapping[UUID, Pair] = NO_NAMES,
    places: Mapping[str, Pair] = NO_NAMES,
) -> Pair:
    """In Chinese and English. Whoever has no name in `people` is not named; a place without one stays its code."""
    called = {side: _called(side, facts, people) for side in _SIDES}
    called |= {fact: places.get(facts[fact], (facts[fact],) * 2) for fact in _PLACES if fact in facts}
    if role := facts.get("role"):
        called["role"] = ROLES_IN_WORDS.get(role, (role, role))
    zh, en = WORDS[kind]
    return (
        zh.format_map({**facts, **{name: words for name, (words, _) in called.items()}}),
        en.format_map({**facts, **{name: words for name, (_, words) in called.items()}}),
    )


def _called(side: str, facts: Mapping[str, Any], people: Mapping[UUID, Pair]) -> Pair:
    fact, (by_name, by_name_en), nameless = _SIDES[side]
    if not facts.get(fact) or not (found := people.get(UUID(facts[fact]))):
        return nameless
    return by_name.format(found[0]), by_name_en.format(found[1])
