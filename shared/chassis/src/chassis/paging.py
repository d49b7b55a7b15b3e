"""Lists page by key, never by offset."""

import base64
import binascii
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel

from .problems import FieldError, InvalidInput

T = TypeVar("T")
Cursor = tuple[Any, ...]


class Page(BaseModel, Generic[T]):
    """One page. `next` is opaque; give it back as `cursor` for the page that follows; null at the end."""

    items: list[T]
    next: str | None = None


def encode_cursor(*key: Any) -> str:
    """The sort key of a page's last row, as opaque text. Dates and UUIDs become ISO text."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type) -> Cursor | None:
    """The key inside `cursor`, converted by `types` (`datetime`, `date`, `UUID`, `int`, `str`).

    Raises InvalidInput for anything that `encode_cursor` did not make.
    """
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError("wrong shape")
        return tuple(_convert(value, wanted) for value, wanted in zip(values, types, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise InvalidInput(
            "翻页参数无效，请从第一页重新开始。",
            "The cursor is not valid; start again from the first page.",
            errors=[FieldError("cursor", "无效的翻页参数", "not a cursor of this list")],
        ) from error


def _convert(value: Any, wanted: type) -> Any:
    if value is None or isinstance(value, wanted):
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("NUL")
        return value
    if wanted is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("naive time")
        return moment.astimezone(UTC)  # the first and last hours of the calendar have no UTC: OverflowError
    if wanted is date:
        return date.fromisoformat(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("wrong type")
    return wanted(value)
