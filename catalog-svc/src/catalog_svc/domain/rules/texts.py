"""Names and lists."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..content import ItemContent
from ..finding import Finding


def code_names_the_department(item: ItemContent) -> Iterator[Finding]:
    if item.code.split("-")[0] != item.department:
        yield Finding(
            "code-department",
            "/code",
            f"编码应以所属部门 {item.department} 开头",
            f"the code must begin with its department, {item.department}",
        )


def nothing_is_said_twice(item: ItemContent) -> Iterator[Finding]:
    lists: dict[str, Sequence[str]] = {
        "legal_basis": item.legal_basis,
        "conditions": item.conditions,
        "materials": [material.name for material in item.materials],
        "faq": [entry.q for entry in item.faq],
    }
    for field, values in lists.items():
        for value, times in Counter(values).items():
            if times > 1:
                yield Finding(
                    "repeated", f"/{field}", f"“{value}”重复了", f"“{value}” is there {times} times"
                )
