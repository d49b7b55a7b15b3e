"""What must hold of all items together."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ..content import ItemContent
from ..declared import DeclaredCatalogue
from ..finding import Finding


def counts_are_as_declared(items: Sequence[ItemContent], declared: DeclaredCatalogue) -> Iterator[Finding]:
    """Belongs to the catalogue's own file: the items may be right and one may have got lost."""
    yield from _differs("/items", "事项总数", "items", declared.items, len(items))
    classes = Counter(item.online_class for item in items)
    for name, wanted in declared.online_classes.items():
        yield from _differs(
            f"/online_classes/{name}", f"{name} 事项数", f"{name} items", wanted, classes[name]
        )
    departments = Counter(item.department for item in items)
    for place, department in enumerate(declared.departments):
        yield from _differs(
            f"/departments/{place}/items",
            f"{department.code} 事项数",
            f"items of {department.code}",
            department.items,
            departments[department.code],
        )


def _differs(field: str, zh: str, en: str, declared: int, found: int) -> Iterator[Finding]:
    if declared != found:
        yield Finding(
            "count",
            field,
            f"{zh}声明为 {declared}，实际有 {found}",
            f"{declared} {en} declared, {found} found",
        )


def department_is_known(item: ItemContent, departments: frozenset[str]) -> Iterator[Finding]:
    if item.department not in departments:
        yield Finding(
            "unknown-department",
            "/department",
            f"没有部门 {item.department}，已有：{'、'.join(sorted(departments))}",
            f"there is no department {item.department}; known are {', '.join(sorted(departments))}",
        )


def item_is_in_its_file(item: ItemContent, file: str) -> Iterator[Finding]:
    if file != f"items/{item.department}.yaml":
        yield Finding(
            "wrong-file",
            "/department",
            f"{item.department} 的事项应写在 items/{item.department}.yaml",
            f"items of {item.department} belong in items/{item.department}.yaml",
        )
