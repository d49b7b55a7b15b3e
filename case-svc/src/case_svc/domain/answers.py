"""The answers of a form as they may be stored: any JSON a person can have typed, nothing that breaks later.

A draft is not checked against the item's form; it only must be storable, so that autosave never loses work.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import orjson
from chassis.problems import FieldError, InvalidInput

Answers = dict[str, Any]

MAX_FIELDS: Final = 200
MAX_TEXT: Final = 20_000
MAX_ITEMS: Final = 500
MAX_DEPTH: Final = 5
MAX_BYTES: Final = 200_000
_SAFE_INTEGER: Final = 2**53
"""Larger ones would change on their way through a browser."""


def check_storable(answers: Answers) -> None:
    """Raises InvalidInput with the path of everything that cannot be stored."""
    errors = list(_faults(answers, "/answers", 0))
    if not errors and len(orjson.dumps(answers)) > MAX_BYTES:
        errors = [FieldError("/answers", "表单内容过多", f"larger than {MAX_BYTES} bytes in all")]
    if errors:
        raise InvalidInput(
            "有无法保存的内容，请按 errors 修改。",
            "Some answers cannot be stored; correct what `errors` lists.",
            errors=errors[:50],
        )


def merged(answers: Answers, patch: Answers) -> Answers:
    """A JSON merge patch (RFC 7396) of the top level: null removes an answer, other values replace it."""
    kept = {key: value for key, value in answers.items() if key not in patch}
    return kept | {key: value for key, value in patch.items() if value is not None}


def _faults(value: Any, path: str, depth: int) -> Iterator[FieldError]:
    if isinstance(value, str):
        yield from _text_faults(value, path)
    elif isinstance(value, dict | list):
        yield from _container_faults(value, path, depth)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE_INTEGER:
        yield FieldError(path, "数字过大", "the number is too large")
    elif isinstance(value, float) and not math.isfinite(value):
        yield FieldError(path, "不是有效的数字", "not a finite number")


def _container_faults(value: dict[str, Any] | list[Any], path: str, depth: int) -> Iterator[FieldError]:
    limit = MAX_FIELDS if isinstance(value, dict) else MAX_ITEMS
    if len(value) > limit:
        yield FieldError(path, f"内容过多，最多 {limit} 项", f"too many entries, at most {limit}")
        return
    if depth >= MAX_DEPTH:
        yield FieldError(path, "嵌套过深", "nested too deeply")
        return
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _faults(entry, f"{path}/{index}", depth + 1)
        return
    for key, entry in value.items():
        if len(key) > 100 or any(_text_faults(key, path)):
            yield FieldError(path, "字段名无效", "a field's name is not valid")
        else:
            yield from _faults(entry, f"{path}/{_escaped(key)}", depth + 1)


def _text_faults(text: str, path: str) -> Iterator[FieldError]:
    if len(text) > MAX_TEXT:
        yield FieldError(path, f"内容太长，最多 {MAX_TEXT} 字", f"too long, at most {MAX_TEXT} characters")
    elif "\x00" in text:
        yield FieldError(path, "含有不允许的控制字符", "contains a NUL character")
    else:
        try:
            text.encode()
        except UnicodeEncodeError:
            yield FieldError(path, "含有无效字符", "contains an invalid character")


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
