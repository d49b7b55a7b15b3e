"""The questions of the form."""

from collections import Counter
from collections.abc import Iterator

from ..content import ItemContent
from ..finding import Finding

_LIMITED = ("string", "address")


def keys_are_unique(item: ItemContent) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    for place, field in enumerate(item.form_fields):
        seen[field.key] += 1
        if seen[field.key] > 1:
            yield Finding(
                "duplicate-key",
                f"/form_fields/{place}/key",
                f"表单字段 {field.key} 重复",
                f"the form has {field.key} twice",
            )


def choices_have_values(item: ItemContent) -> Iterator[Finding]:
    for place, field in enumerate(item.form_fields):
        where = f"/form_fields/{place}/enum"
        if field.type != "enum":
            if field.enum is not None:
                yield Finding(
                    "enum-values",
                    where,
                    f"{field.key} 不是选项，却有选项值",
                    f"{field.key} is no enum, yet has values",
                )
        elif not field.enum:
            yield Finding(
                "enum-values", where, f"{field.key} 没有选项值", f"{field.key} has no values to choose"
            )
        elif len(set(field.enum)) < len(field.enum):
            yield Finding("enum-values", where, f"{field.key} 的选项值重复", f"{field.key} has a value twice")


def texts_have_a_limit(item: ItemContent) -> Iterator[Finding]:
    for place, field in enumerate(item.form_fields):
        if (field.type in _LIMITED) != (field.max_length is not None):
            yield Finding(
                "text-limit",
                f"/form_fields/{place}/max_length",
                f"{field.key}：文本和地址须有 max_length，其他类型没有",
                f"{field.key}: texts and addresses need max_length, other types have none",
            )
