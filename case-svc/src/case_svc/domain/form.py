"""Checking answers against an item's form: every error at once, with its path, in both languages."""

from collections.abc import Collection, Iterator
from typing import Any, Final

import jsonschema_rs
from chassis.problems import FieldError

from .answers import Answers
from .check_digits import CHECKS
from .item import Item


class Form:
    """The compiled form of one item version. Compiling costs milliseconds; keep one per version."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        self._properties: dict[str, Any] = schema.get("properties", {})
        self._checked = {
            key: CHECKS[field["x-widget"]]
            for key, field in self._properties.items()
            if field.get("x-widget") in CHECKS
        }
        self.file_fields = frozenset(
            key for key, field in self._properties.items() if field.get("x-widget") == "file"
        )
        self._deliveries: dict[str, list[str]] = schema.get("x-delivery", {})

    def errors(self, answers: Answers, materials: Collection[str]) -> list[FieldError]:
        """Everything wrong in `answers`. `materials` are the ids and keys a `file` answer may name."""
        errors = {error.path: error for error in self._schema_errors(answers)}
        for error in (*self._check_digit_errors(answers), *self._file_errors(answers, materials)):
            errors.setdefault(error.path, error)
        return list(errors.values())

    def address(self, answers: Answers, direction: str) -> dict[str, str] | None:
        """The first answered place of `to_applicant` or `from_applicant`: province, city, county, address,
        name, phone. None where the form asks for none or none was given."""
        for key in self._deliveries.get(direction, ()):
            place = answers.get(key)
            if isinstance(place, dict):
                return place
        return None

    def address_field(self, direction: str) -> str | None:
        """The answer's key that a changed address replaces."""
        fields = self._deliveries.get(direction)
        return fields[0] if fields else None

    def _schema_errors(self, answers: Answers) -> Iterator[FieldError]:
        for error in self._validator.iter_errors(answers):
            path = "/answers" + "".join(f"/{_escaped(part)}" for part in error.instance_path)
            kind: Any = error.kind
            if kind.name == "required":
                yield self._error(f"{path}/{_escaped(kind.property)}", "required", kind)
            elif kind.name == "additionalProperties":
                for key in kind.unexpected:
                    yield self._error(f"{path}/{_escaped(key)}", "additionalProperties", kind)
            else:
                yield self._error(path, kind.name, kind)

    def _error(self, path: str, kind: str, detail: Any) -> FieldError:
        zh, en = _MESSAGES.get(kind, _OTHERWISE)
        limit = getattr(detail, "limit", "")
        return FieldError(path, self._labelled(path, zh.format(limit=limit)), en.format(limit=limit))

    def _labelled(self, path: str, message: str) -> str:
        schema: dict[str, Any] = {"properties": self._properties}
        labels = []
        for part in path.split("/")[2:]:
            schema = schema.get("properties", {}).get(part, {})
            if "title" in schema:
                labels.append(schema["title"])
        return f"“{'－'.join(labels)}”{message}" if labels else message

    def _check_digit_errors(self, answers: Answers) -> Iterator[FieldError]:
        for key, (check, zh, en) in self._checked.items():
            value = answers.get(key)
            if isinstance(value, str) and value and not check(value):
                yield FieldError(f"/answers/{key}", zh, en)

    def _file_errors(self, answers: Answers, materials: Collection[str]) -> Iterator[FieldError]:
        for key in self.file_fields:
            value = answers.get(key)
            if isinstance(value, str) and value not in materials:
                zh = self._labelled(f"/answers/{key}", "指向的文件尚未上传")
                yield FieldError(f"/answers/{key}", zh, "names a file that was not uploaded")


def missing_materials(item: Item, uploaded: Collection[str]) -> list[FieldError]:
    """Required uploads that are not there, by the material's key."""
    return [
        FieldError(
            f"/materials/{material.key}", f"请上传“{material.name}”", f"upload the file for {material.key}"
        )
        for material in item.uploads
        if material.required and material.key not in uploaded
    ]


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


_OTHERWISE: Final = ("内容不符合要求", "does not meet the form's rules")
_MESSAGES: Final[dict[str, tuple[str, str]]] = {
    "required": ("必填", "is required"),
    "additionalProperties": ("不是本表单的字段", "is no field of this form"),
    "type": ("类型不对", "has the wrong type"),
    "enum": ("请从选项中选择", "must be one of the options"),
    "format": ("格式不对", "has the wrong format"),
    "pattern": ("格式不对", "has the wrong format"),
    "minLength": ("不能为空", "must not be empty"),
    "maxLength": ("太长，最多 {limit} 字", "is too long, at most {limit} characters"),
    "minimum": ("不能小于 {limit}", "must not be less than {limit}"),
    "maximum": ("不能大于 {limit}", "must not be more than {limit}"),
    "minItems": ("至少 {limit} 项", "needs at least {limit} entries"),
    "maxItems": ("最多 {limit} 项", "takes at most {limit} entries"),
}
