"""The statements of a search. Terms are letters and digits only (`search_text`), so LIKE needs no escapes."""

from typing import Any

from ..application.ports import Filters
from ..domain.search_text import Query

_RANK = """CASE
 WHEN {whole} IN (name_key, pinyin_key, initials_key, english_key, lower(replace(code, '-', ''))) THEN 0
 WHEN starts_with(name_key, {whole}) OR starts_with(pinyin_key, {whole}) OR starts_with(initials_key, {whole})
 OR starts_with(english_key, {whole}) THEN 1
 WHEN strpos(name_key, {whole}) > 0 OR strpos(pinyin_key, {whole}) > 0 OR strpos(initials_key, {whole}) > 0
 OR strpos(english_key, {whole}) > 0 THEN 2
 ELSE 3 END"""


class Arguments:
    """Numbers the parameters of a statement as they come."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def add(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


def filtered(filters: Filters, arguments: Arguments) -> str:
    """Conditions that start with AND, or nothing."""
    conditions = [
        f"{column} = {arguments.add(value)}"
        for column, value in (
            ("department", filters.department),
            ("online_class", filters.online_class),
            ("kind", filters.kind),
        )
        if value is not None
    ]
    if filters.applicant is not None:
        conditions.append(f"applicant IN ({arguments.add(filters.applicant)}, 'both')")
    return "".join(f" AND {condition}" for condition in conditions)


def matching(query: Query, arguments: Arguments) -> tuple[str, str]:
    """(rank, condition): every term is there; exact before prefix before inside before other names."""
    conditions = [f"text_key LIKE {arguments.add(f'%{term}%')}" for term in query.chinese]
    conditions += [f"latin_key LIKE {arguments.add(f'% {term}%')}" for term in query.latin]
    return _RANK.format(whole=arguments.add(query.whole)), " AND ".join(conditions)


def resembling(query: Query, arguments: Arguments) -> tuple[str, str]:
    """(rank, condition): some pairs of neighbouring characters are there, the more the better.

    Two of them are enough however long the sentence (`我想办个身份证`), one where there are few.
    Reads every row, so it is asked only when nothing matches.
    """
    enough = max(1, min(2, len(query.pairs) // 2))
    pairs = arguments.add(list(query.pairs))
    missing = f"(SELECT count(*)::int FROM unnest({pairs}::text[]) AS pair WHERE strpos(text_key, pair) = 0)"
    return missing, f"{missing} <= {len(query.pairs) - enough}"
