"""Examples made from schemas: what a schema gives as its own example, else what people call such a value."""

import re
from collections.abc import Iterator
from typing import Any

from .patterns import text_of

Schema = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_FORMATS = {
    "uuid": "019d3a52-a1b2-7c3d-8e4f-5a6b7c8d9e0f",
    "date-time": "2026-12-01T02:30:00Z",
    "date": "2026-12-01",
    "time": "09:30:00",
    "uri": "https://police.example.cn/",
    "binary": "",
    "email": "xiaoyu@example.cn",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,),
    "object": (dict,),
}  # fmt: skip


class Sampler:
    """Makes examples for the schemas of one document. `samples`: property's name → values to choose from."""

    def __init__(self, schemas: dict[str, Schema], samples: dict[str, Any]) -> None:
        self._schemas = schemas
        self._samples = samples
        self._anything = [value for values in samples.values() for value in _values(values)]

    def sample(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """A value of `schema`; `name` is the property's. Where schemas contain themselves, it ends after a while."""
        schema = self._resolved(schema)
        for given in ("const", "example"):
            if given in schema:
                return schema[given]
        if schema.get("examples"):
            return schema["examples"][0]
        if "allOf" in schema:
            return self.sample(_joined(self._resolved(part) for part in schema["allOf"]), name, depth)
        either = schema.get("oneOf") or schema.get("anyOf")
        if either:
            return self._one_of(either, name, depth)
        if "enum" in schema:
            return next((one for one in self._called(name) if one in schema["enum"]), schema["enum"][0])
        return self._of_type(schema, name, depth)

    def _one_of(self, either: list[Schema], name: str, depth: int) -> Any:
        solid = [one for one in map(self._resolved, either) if one.get("type") != "null"]
        may_be_null = len(solid) < len(either)
        if not solid or (may_be_null and (depth >= 6 or name not in self._samples)):
            return None
        return self.sample(solid[0], name, depth)

    def _of_type(self, schema: Schema, name: str, depth: int) -> Any:
        for value in self._called(name):
            if _fits(value, schema) and self._holds(value, schema.get("items")):
                return value
        match schema.get("type"):
            case "object":
                return self._object(schema, name, depth)
            case "array":
                few = depth < 6 or schema.get("minItems", 0)
                return (
                    [self.sample(schema.get("items", {}), name.removesuffix("s"), depth + 1)] if few else []
                )
            case "string":
                return self._text(schema)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return schema.get("default", True)
            case "null":
                return None
        return {} if name else "…"

    def _object(self, schema: Schema, name: str, depth: int) -> Any:
        found = {
            key: self.sample(below, key, depth + 1)
            for key, below in schema.get("properties", {}).items()
            if depth < 6 or key in schema.get("required", ())
        }
        more = schema.get("additionalProperties")
        if not found and isinstance(more, dict) and more:
            key = self.sample(schema.get("propertyNames", {"const": "example"}))
            return {key: self.sample(more, name, depth + 1)}
        return found

    def _holds(self, value: Any, items: Schema | None) -> bool:
        """Of a list, whether what stands in it is what shall."""
        if not isinstance(value, list) or items is None:
            return True
        items = self._resolved(items)
        return all(_fits(one, items) and one in items.get("enum", [one]) for one in value)

    def _text(self, schema: Schema) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        made = text_of(schema["pattern"]) if "pattern" in schema else "A" * schema.get("minLength", 1)
        tried = [schema.get("default"), "说明文字 · text", *self._anything, made]
        return next((one for one in tried if isinstance(one, str) and _fits(one, schema)), "…")

    def _called(self, name: str) -> Iterator[Any]:
        yield from _values(self._samples.get(name, ()))

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].removeprefix(_SCHEMAS)]
        return schema


def _values(given: Any) -> tuple[Any, ...]:
    return given if isinstance(given, tuple) else (given,)


def _joined(parts: Iterator[Schema]) -> Schema:
    joined: Schema = {"properties": {}}
    for part in parts:
        joined |= {key: value for key, value in part.items() if key != "properties"}
        joined["properties"] |= part.get("properties", {})
    return joined


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a sample may stand for `schema`: by type, length, range and pattern; objects only when left open."""
    kinds = _TYPES.get(schema.get("type", ""))
    if kinds is None or not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        return False
    if isinstance(value, str):
        given = _FORMATS.get(schema.get("format", ""))
        return given is None and _fits_text(value, schema)
    if isinstance(value, dict):
        return not schema.get("properties")
    if isinstance(value, int | float):
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        return bool(low <= value <= high)
    return True


def _fits_text(value: str, schema: Schema) -> bool:
    long_enough = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
    return long_enough and ("pattern" not in schema or re.search(schema["pattern"], value) is not None)


def _number(schema: Schema) -> int | float:
    if "default" in schema and isinstance(schema["default"], int | float):
        return schema["default"]
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return int(low) if int(low) == low and low > 0 else min(1, schema.get("maximum", 1))
