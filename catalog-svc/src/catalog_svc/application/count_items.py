"""How many items are offered, by class and by department."""

from typing import Any

from chassis.db import UnitOfWork

from ..domain.vocabulary import ONLINE_CLASSES
from .ports import CatalogueReader


async def count_items(uow: UnitOfWork, reader: CatalogueReader) -> dict[str, Any]:
    """`{"total", "by_class", "by_department": [{department, name, name_en, total, by_class}, …]}`."""
    departments: dict[str, dict[str, Any]] = {}
    by_class = dict.fromkeys(ONLINE_CLASSES, 0)
    for row in await reader.counts(uow):
        entry = departments.setdefault(
            row["department"],
            {
                "department": row["department"],
                "name": row["name"],
                "name_en": row["name_en"],
                "total": 0,
                "by_class": dict.fromkeys(ONLINE_CLASSES, 0),
            },
        )
        entry["total"] += row["items"]
        entry["by_class"][row["online_class"]] = row["items"]
        by_class[row["online_class"]] += row["items"]
    ordered = sorted(departments.values(), key=lambda entry: (-entry["total"], entry["department"]))
    return {"total": sum(by_class.values()), "by_class": by_class, "by_department": ordered}
