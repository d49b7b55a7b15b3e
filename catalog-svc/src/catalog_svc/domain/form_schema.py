"""The form of an item as a JSON Schema (2020-12) that checks answers and tells a screen what to show.

Beside the standard keywords:

- `x-widget` on a field: how to ask for it, and what to check beyond a schema (`uscc`, `id_number` and `vin`
  have check digits). One of text, textarea, select, date, address, switch, integer, number, money, uscc,
  plate_no, vin, file, id_number, phone. `money` answers in fen.
- `x-order` on a field: its place in the form. JSON objects have no order, and jsonb keeps none.
- `x-delivery` on the form of an item that sends something: for each direction the fields that may hold the
  address, the first one answered counts (`{"to_applicant": ["delivery_address"], "from_applicant": […]}`).

A place is an object of province, city, county, address (the detail), and a recipient's name and phone,
required where the courier needs them. A `file` answer is the id or key of a material uploaded to the case.
"""

from typing import Any, Final

from .content import FormField, ItemContent

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

# Texts of people: no control characters but tab and line ends, and where required not only blanks.
_TEXT: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
_NOT_BLANK: Final = r"^\s*[^\s\x00-\x1f][^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_PATTERNS: Final[dict[str, tuple[str, int]]] = {
    "uscc": (r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$", 18),
    "id_number": (
        r"^[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$",
        18,
    ),
    # Five characters after the letter, or six on new-energy plates; the last one may name a special use.
    "plate_no": (rf"^[{_PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4,5}}[A-HJ-NP-Z0-9挂学警港澳试超领应急]$", 8),
    "vin": (r"^[A-HJ-NPR-Z0-9]{17}$", 17),
    "phone": (
        r"^((\+86-?)?1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|(400|800)-?[0-9]{3}-?[0-9]{4}|\+[0-9]{6,15})$",
        24,
    ),
    "file": (r"^[A-Za-z0-9_-]{1,64}$", 64),
}
_LONG_TEXT: Final = 100
_LARGEST_NUMBER: Final = 1_000_000_000_000


def form_schema(item: ItemContent) -> Schema:
    """The schema of `item`'s answers, delivery address included."""
    fields = _with_delivery_address(item)
    directions = delivery_fields(item, fields)
    carried = {key for keys in directions.values() for key in keys}
    properties: Schema = {}
    for order, field in enumerate(fields, start=1):
        schema = _field_schema(field, item, recipient=field.key in carried)
        properties[field.key] = {"title": field.label, **schema, "x-order": order}
    schema = {
        "$schema": DIALECT,
        "title": item.name,
        "type": "object",
        "properties": properties,
        "required": [field.key for field in fields if field.required],
        "additionalProperties": False,
    }
    return {**schema, "x-delivery": directions} if directions else schema


_TO_APPLICANT: Final = ("delivery_address", "return_address", "pickup_address")
_FROM_APPLICANT: Final = ("pickup_address", "return_address", "delivery_address")


def delivery_fields(item: ItemContent, fields: list[FormField]) -> dict[str, list[str]]:
    """By direction the keys of the fields that may hold the courier's address, best first."""
    if item.delivery == "none":
        return {}
    addresses = {field.key for field in fields if field.type == "address"}
    directions = {"to_applicant": [key for key in _TO_APPLICANT if key in addresses]}
    if item.delivery == "both_ways":
        directions["from_applicant"] = [key for key in _FROM_APPLICANT if key in addresses]
    return directions


def _with_delivery_address(item: ItemContent) -> list[FormField]:
    """The item's fields, and one of them, or an added one, surely says where to send the result."""
    fields = list(item.form_fields)
    if item.delivery == "none":
        return fields
    found = [field for field in fields if field.type == "address" and field.key in _TO_APPLICANT]
    if not found:
        return [
            *fields,
            FormField(
                key="delivery_address", label="寄送地址", type="address", required=True, max_length=200
            ),
        ]
    if any(field.required for field in found):
        return fields
    first = min(found, key=lambda field: _TO_APPLICANT.index(field.key))
    return [field.model_copy(update={"required": True}) if field is first else field for field in fields]


def _field_schema(field: FormField, item: ItemContent, *, recipient: bool) -> Schema:
    if field.type == "string":
        return _text(field.max_length or _LONG_TEXT, required=field.required)
    if field.type == "enum":
        return {"type": "string", "enum": list(field.enum or ()), "x-widget": "select"}
    if field.type == "date":
        pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
        return {"type": "string", "format": "date", "pattern": pattern, "maxLength": 10, "x-widget": "date"}
    if field.type == "address":
        return _address(field.max_length or 200, recipient=recipient)
    if field.type == "boolean":
        return {"type": "boolean", "x-widget": "switch"}
    if field.type in ("integer", "number"):
        return _quantity(field, item)
    pattern, length = _PATTERNS[field.type]
    return {"type": "string", "pattern": pattern, "maxLength": length, "x-widget": field.type}


def _text(max_length: int, *, required: bool) -> Schema:
    schema: Schema = {"type": "string", "maxLength": max_length, "pattern": _NOT_BLANK if required else _TEXT}
    if required:
        schema["minLength"] = 1
    return {**schema, "x-widget": "textarea" if max_length > _LONG_TEXT else "text"}


def _quantity(field: FormField, item: ItemContent) -> Schema:
    """Counts and measures are never negative; the applicant's amount has the item's bounds."""
    if field.key == "amount_cents" and item.amount_source == "applicant":
        low, high = item.amount_min_cents, item.amount_max_cents
        return {"type": "integer", "minimum": low, "maximum": high, "x-widget": "money"}
    return {"type": field.type, "minimum": 0, "maximum": _LARGEST_NUMBER, "x-widget": field.type}


def _address(max_length: int, *, recipient: bool) -> Schema:
    region = {"type": "string", "maxLength": 50}
    phone, phone_length = _PATTERNS["phone"]
    properties: Schema = {
        "province": {"title": "省", **region, "minLength": 1, "pattern": _NOT_BLANK},
        "city": {"title": "市", **region, "minLength": 1, "pattern": _NOT_BLANK},
        # Some cities have no counties (东莞, 儋州): the key is there, its text may be empty.
        "county": {"title": "县（区）", **region, "pattern": _TEXT},
        "address": {
            "title": "详细地址",
            "type": "string",
            "minLength": 1,
            "maxLength": max_length,
            "pattern": _NOT_BLANK,
        },
        "name": {"title": "收件人", **region, "minLength": 1, "pattern": _NOT_BLANK},
        "phone": {"title": "联系电话", "type": "string", "maxLength": phone_length, "pattern": phone},
    }
    required = ["province", "city", "county", "address"] + (["name", "phone"] if recipient else [])
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "x-widget": "address",
    }
