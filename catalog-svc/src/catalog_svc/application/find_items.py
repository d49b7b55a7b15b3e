"""Lists and searches of what is offered."""

from dataclasses import dataclass
from typing import Final

from chassis.db import UnitOfWork
from chassis.paging import decode_cursor, encode_cursor
from chassis.problems import FieldError, InvalidInput

from ..domain.content import KINDS
from ..domain.errors import UnknownFilterValue
from ..domain.search_text import Query, parse_query
from ..domain.vocabulary import APPLICANTS, ONLINE_CLASSES
from .ports import CatalogueReader, Filters, Found

_BY_CODE: Final = "code"
_BY_MATCH: Final = "match"
_BY_LIKENESS: Final = "likeness"
_LARGEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class FoundPage:
    """`summaries` are JSON texts. `similar`: nothing matched, these come close."""

    summaries: list[str]
    next: str | None = None
    similar: bool = False


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a page begins: after `key`, in a list of this order."""

    order: str
    key: tuple[int, int, str]


async def find_items(
    uow: UnitOfWork,
    reader: CatalogueReader,
    text: str | None,
    filters: Filters,
    cursor: str | None,
    limit: int,
) -> FoundPage:
    """Raises UnknownFilterValue, BadQuery, or InvalidInput for a cursor of another list."""
    _check_filters(filters)
    if text is None or not text.strip():
        position = _position(cursor, _BY_CODE)
        rows = await reader.page(uow, filters, position.key[2] if position else None, limit + 1)
        page = _page(rows, limit, _BY_CODE)
    else:
        query, position = parse_query(text), _position(cursor, _BY_MATCH, _BY_LIKENESS)
        page = await _search(uow, reader, query, filters, position, limit) if query else FoundPage([])
    if not page.summaries and filters.department is not None:
        # Looked up only when nothing was found: an unknown department never finds anything.
        await _check_department(uow, reader, filters.department)
    return page


async def _search(
    uow: UnitOfWork,
    reader: CatalogueReader,
    query: Query,
    filters: Filters,
    position: _Position | None,
    limit: int,
) -> FoundPage:
    """What matches; and only where nothing does, what comes close."""
    after = position.key if position else None
    if position is None or position.order == _BY_MATCH:
        rows = await reader.search(uow, query, filters, after, limit + 1, similar=False)
        if rows or position is not None or not query.pairs:
            return _page(rows, limit, _BY_MATCH)
    rows = await reader.search(uow, query, filters, after, limit + 1, similar=True)
    return _page(rows, limit, _BY_LIKENESS)


def _page(rows: list[Found], limit: int, order: str) -> FoundPage:
    """`rows` may hold one more than the page: then there is a next one."""
    shown = rows[:limit]
    following = encode_cursor(order, *shown[-1].key) if len(rows) > limit else None
    return FoundPage([row.summary for row in shown], following, similar=order == _BY_LIKENESS and bool(shown))


def _position(cursor: str | None, *orders: str) -> _Position | None:
    values = decode_cursor(cursor, str, int, int, str)
    if values is None:
        return None
    order, rank, length, code = values
    if order not in orders or code is None or not all(_is_small(part) for part in (rank, length)):
        raise InvalidInput(
            "翻页参数不属于这个列表，请从第一页重新开始。",
            "The cursor is not of this list; start again from the first page.",
            errors=[FieldError("cursor", "无效的翻页参数", "not a cursor of this list")],
        )
    return _Position(order, (rank, length, code))


def _is_small(value: int | None) -> bool:
    return value is not None and 0 <= value <= _LARGEST


def _check_filters(filters: Filters) -> None:
    for name, value, allowed in (
        ("online_class", filters.online_class, tuple(ONLINE_CLASSES)),
        ("applicant", filters.applicant, tuple(APPLICANTS)),
        ("kind", filters.kind, KINDS),
    ):
        if value is not None and value not in allowed:
            raise _unknown(name, allowed)


async def _check_department(uow: UnitOfWork, reader: CatalogueReader, department: str) -> None:
    known = await reader.department_codes(uow)
    if known and department not in known:
        raise _unknown("department", tuple(known))


def _unknown(name: str, allowed: tuple[str, ...]) -> UnknownFilterValue:
    zh, en = f"{name} 可取：{'、'.join(allowed)}", f"{name} is one of {', '.join(allowed)}"
    return UnknownFilterValue(f"{zh}。", f"{en}.", errors=[FieldError(name, zh, en)], allowed=list(allowed))
