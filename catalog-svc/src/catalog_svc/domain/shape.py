"""From raw values to `ItemContent`, with every wrong place said in words."""

from typing import Any, Final

from pydantic import ValidationError

from .content import ItemContent
from .finding import Finding

_MESSAGES: Final[dict[str, tuple[str, str, str]]] = {
    "missing": ("missing-field", "缺少该字段", "is missing"),
    "extra_forbidden": ("unknown-field", "不认识的字段", "is not a field of items"),
    "literal_error": ("unknown-value", "取值应为 {expected}", "must be {expected}"),
    "string_type": ("wrong-type", "应为文字", "must be text"),
    "int_type": ("wrong-type", "应为整数", "must be a whole number"),
    "bool_type": ("wrong-type", "应为 true 或 false", "must be true or false"),
    "list_type": ("wrong-type", "应为列表", "must be a list"),
    "model_type": ("wrong-type", "应为键值对", "must be a mapping"),
    "string_too_short": ("empty", "不能为空", "must not be empty"),
    "string_too_long": ("too-long", "最多 {max_length} 字", "has more than {max_length} characters"),
    "string_pattern_mismatch": ("wrong-format", "格式应为 {pattern}", "must match {pattern}"),
    "too_short": ("empty", "至少要有 {min_length} 项", "needs {min_length} entry or more"),
    "too_long": ("too-long", "最多 {max_length} 项", "has more than {max_length} entries"),
    "greater_than_equal": ("out-of-range", "不能小于 {ge}", "must be {ge} or more"),
    "less_than_equal": ("out-of-range", "不能大于 {le}", "must be {le} or less"),
    "unprintable": (
        "unprintable",
        "首尾有空格或者含控制字符",
        "has control characters or spaces at its ends",
    ),
}
_SPECIAL: Final = {
    ("unknown-value", "steps"): "unknown-step",
    ("unknown-value", "department"): "unknown-department",
}


def parse_content(raw: Any) -> tuple[ItemContent | None, list[Finding]]:
    """The item, or None with every place where its shape is wrong."""
    try:
        return ItemContent.model_validate(raw), []
    except ValidationError as error:
        return None, [_finding(detail) for detail in error.errors(include_url=False, include_input=False)]


def _finding(detail: Any) -> Finding:
    rule, zh, en = _MESSAGES.get(detail["type"], ("wrong-value", "内容不对", detail["msg"]))
    context = {name: str(value) for name, value in (detail.get("ctx") or {}).items()}
    place = [str(part) for part in detail["loc"]]
    rule = _SPECIAL.get((rule, place[0] if place else ""), rule)
    return Finding(rule, "".join(f"/{part}" for part in place), _filled(zh, context), _filled(en, context))


def _filled(template: str, context: dict[str, str]) -> str:
    for name, value in context.items():
        template = template.replace("{" + name + "}", value)
    return template
