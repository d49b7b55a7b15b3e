"""Pages out of one row more than asked for."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chassis.paging import Page, encode_cursor

Row = TypeVar("Row")
Shown = TypeVar("Shown")


def page(
    rows: Sequence[Row], limit: int, show: Callable[[Row], Shown], key: Callable[[Row], Any]
) -> Page[Shown]:
    """`rows` hold up to `limit` + 1; the last one, if there, only says that the list goes on."""
    shown = [show(row) for row in rows[:limit]]
    following = encode_cursor(key(rows[limit - 1])) if len(rows) > limit else None
    return Page(items=shown, next=following)
