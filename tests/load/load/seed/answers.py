"""Answers to a form, made from its schema: valid ones, of the length people write."""

from datetime import datetime
from typing import Any

from case_svc.domain.item import Item

from .chance import Chance

_TEXTS = (
    "本人因工作需要申请办理",
    "材料齐全，情况属实",
    "西安市新城区尚德路 1 号 2 单元 301 室",
    "无",
    "遗失补领",
)
_ROADS = ("尚德路", "长安中路", "凤城八路", "雁塔西路", "友谊东路", "劳动南路")


def answers_for(item: Item, chance: Chance, name: str, phone: str, at: datetime) -> dict[str, Any]:
    """Every required answer, and half of the others."""
    schema = item.definition.form_schema
    required = set(schema.get("required", ()))
    return {
        key: _answer(field, chance, name, phone, at)
        for key, field in schema.get("properties", {}).items()
        if field.get("x-widget") != "file" and (key in required or chance.happens(0.5))
    }


def _answer(field: dict[str, Any], chance: Chance, name: str, phone: str, at: datetime) -> Any:
    match field.get("x-widget"):
        case "select":
            return chance.choice(field["enum"])
        case "date":
            return f"{at:%Y-%m-%d}"
        case "address":
            return place(chance, name, phone)
        case "switch":
            return True
        case "integer" | "number":
            return chance.randrange(1, 5)
        case "money":
            low, high = field.get("minimum") or 100, field.get("maximum") or 100_000
            return chance.randrange(low, min(high, low + 100_000) + 1)
        case "id_number":
            return chance.id_number()
        case "phone":
            return phone
        case "uscc":
            return "91610131MA6TDEM00E"
        case "plate_no":
            return f"陕A{chance.randrange(10_000, 100_000)}"
        case "vin":
            return "LSVAA4182E2184847"
    return chance.choice(_TEXTS)[: field.get("maxLength", 100)]


def place(chance: Chance, name: str, phone: str) -> dict[str, str]:
    """An address in the city, with its recipient."""
    return {
        "province": "陕西省",
        "city": "西安市",
        "county": "新城区",
        "address": f"{chance.choice(_ROADS)} {chance.randrange(1, 300)} 号",
        "name": name,
        "phone": phone,
    }
