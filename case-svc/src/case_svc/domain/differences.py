"""What changed between two versions of an item, for people whose draft was made with the older one."""

from typing import Any, Final

from contracts.catalog import ItemDefinition

_PLAIN: Final[dict[str, tuple[str, str]]] = {
    "name": ("事项名称", "name"),
    "handled_at": ("受理地点", "where it is handled"),
    "steps": ("办理环节", "steps"),
    "approval_levels": ("审批级数", "levels of approval"),
    "promised_days": ("承诺时限（工作日）", "promised working days"),
    "fee_cents": ("费用（分）", "fee in fen"),
    "delivery": ("寄送方式", "delivery"),
    "result": ("办理结果", "result"),
}


def differences(old: ItemDefinition, new: ItemDefinition) -> list[dict[str, Any]]:
    """Each entry: `path`, `change` (added, removed, changed), `label`, and `old`/`new` where plain."""
    found = [
        {"path": f"/{field}", "change": "changed", "label": zh, "label_en": en, "old": before, "new": after}
        for field, (zh, en) in _PLAIN.items()
        if (before := getattr(old, field)) != (after := getattr(new, field))
    ]
    found += _compared("/form", _fields(old), _fields(new))
    found += _compared("/materials", _materials(old), _materials(new))
    return found


def _fields(definition: ItemDefinition) -> dict[str, Any]:
    schema = definition.form_schema
    required = frozenset(schema.get("required", ()))
    return {
        key: {**field, "required": key in required} for key, field in schema.get("properties", {}).items()
    }


def _materials(definition: ItemDefinition) -> dict[str, Any]:
    # Keys count places; across versions a material is recognised by its name.
    return {
        material.name: {"title": material.name, "required": material.required, "form": material.form}
        for material in definition.materials
    }


def _compared(path: str, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    def entry(key: str, change: str, described: dict[str, Any]) -> dict[str, Any]:
        return {
            "path": f"{path}/{key}",
            "change": change,
            "label": described.get("title", key),
            "required": described["required"],
        }

    added = [entry(key, "added", new[key]) for key in new if key not in old]
    removed = [entry(key, "removed", old[key]) for key in old if key not in new]
    both = [key for key in new if key in old]
    changed = [entry(key, "changed", new[key]) for key in both if _rules(old[key]) != _rules(new[key])]
    return added + removed + changed


def _rules(described: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in described.items() if key != "x-order"}
