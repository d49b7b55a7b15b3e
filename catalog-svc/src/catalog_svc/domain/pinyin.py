"""How Chinese names are typed on a Latin keyboard."""

import os
from collections.abc import Mapping, Sequence
from itertools import product

from .search_text import normalise

Reading = tuple[str, ...]
_MOST_READINGS = 8


def readings(name: str, overrides: Mapping[str, Sequence[Reading]]) -> list[Reading]:
    """The syllables of `name`, without tones, ü as v; several ways where `overrides` know several.

    Characters that are not Chinese stay as they are, one syllable a run of them.
    """
    parts: list[list[Reading]] = []
    rest = normalise(name).replace(" ", "")
    while rest:
        place, phrase = _first_override(rest, overrides)
        if place:
            parts.append([_by_dictionary(rest[:place])])
        if phrase:
            parts.append([tuple(reading) for reading in overrides[phrase]])
        rest = rest[place + len(phrase) :]
    ways = [sum(way, ()) for way, _ in zip(product(*parts), range(_MOST_READINGS), strict=False)]
    return [way for way in ways if way]


def _first_override(text: str, overrides: Mapping[str, Sequence[Reading]]) -> tuple[int, str]:
    found = [(text.index(phrase), -len(phrase), phrase) for phrase in overrides if phrase in text]
    return (min(found)[0], min(found)[2]) if found else (len(text), "")


def _by_dictionary(text: str) -> Reading:
    """Each character's usual reading."""
    # Imported when first needed: only publishing needs it. Its dictionary of phrases takes 45 MB for a dozen
    # words of ours, which `search.yaml` has; the variable is the library's only switch for it.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import lazy_pinyin

    return tuple(syllable.replace("ü", "v") for syllable in lazy_pinyin(text))
