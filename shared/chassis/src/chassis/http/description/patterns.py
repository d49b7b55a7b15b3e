"""A text that matches a regular expression, the plainest there is: for examples of fields that have a pattern."""

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_LIKED = "A7kQx3ZmW5bR9tYc2NvH8"
"""Characters taken in turn where several would do."""


def text_of(pattern: str) -> str | None:
    """A text that matches `pattern`; None where that is not easily found, as with look-arounds."""
    try:
        found = _of(parser.parse(pattern))
    except (re.error, ValueError):
        return None
    return found if re.search(pattern, found) else None


def _of(parts: Any) -> str:
    found = ""
    for code, detail in parts:
        found += _of_one(code, detail, len(found))
    return found


def _of_one(code: Any, detail: Any, place: int) -> str:
    if code is codes.LITERAL:
        return chr(detail)
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = detail
        return "".join(
            _of_one(*one, place + turn) for turn in range(min(max(least, 1), most)) for one in inner
        )
    if code is codes.IN:
        return _one_in(detail, place)
    if code is codes.SUBPATTERN:
        return _of(detail[-1])
    if code is codes.BRANCH:
        return _of(detail[1][0])
    if code is codes.ANY:
        return _LIKED[place % len(_LIKED)]
    if code is codes.AT:
        return ""
    raise ValueError(code)


def _one_in(choices: Any, place: int) -> str:
    liked = _LIKED[place % len(_LIKED) :] + _LIKED + "文- _."
    return next(character for character in (*liked, *map(chr, range(33, 127))) if _is_in(character, choices))


def _is_in(character: str, choices: Any) -> bool:
    point, negated, found = ord(character), False, False
    for code, detail in choices:
        if code is codes.NEGATE:
            negated = True
        elif code is codes.LITERAL:
            found |= point == detail
        elif code is codes.RANGE:
            found |= detail[0] <= point <= detail[1]
        elif code is codes.CATEGORY:
            kind = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_WORD: r"\w", codes.CATEGORY_SPACE: r"\s"}.get(
                detail
            )
            found |= kind is not None and re.fullmatch(kind, character) is not None
    return found is not negated
