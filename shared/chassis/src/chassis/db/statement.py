"""Statements that wait for the commit, and how several of them become ONE: one round trip, and no BEGIN or COMMIT.

PostgreSQL runs the data-modifying parts of a WITH side by side on one snapshot and commits them together. So the parts
of one commit must not change the same row twice, nor read what another of them wrote.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import asyncpg

_NAMES = re.compile(r"\$([a-z_]+|\d+)")
_UNMET = re.compile(r'"write (\d+) met')


class Statement:
    """SQL to be run with the commit, written once at import.

    `parts` are data-modifying statements by name, to which the others and `sql` refer as `$name`: they become parts of
    a WITH. Parameters are `$1`, `$2`, … throughout.
    """

    __slots__ = ("alone", "main", "parts")

    def __init__(self, sql: str, **parts: str) -> None:
        self.main = sql
        self.parts = tuple(parts.items())
        text = ", ".join(f"{name} AS ({_named(part, _alone)})" for name, part in self.parts)
        self.alone = f"WITH {text} {_named(sql, _alone)}" if text else sql


@dataclass(frozen=True, slots=True)
class Write:
    """A statement with its arguments. Unless it writes `rows` rows, the commit fails with `otherwise()`."""

    statement: Statement
    args: tuple[Any, ...]
    rows: int | None
    otherwise: Callable[[], Exception]

    def check(self, tag: str) -> None:
        """`tag`: PostgreSQL's word on the statement run alone, such as `UPDATE 1`."""
        if self.rows is not None and int(tag.rpartition(" ")[2]) != self.rows:
            raise self.otherwise()


Part = tuple[Statement, Sequence[Any]]


def compose(writes: Sequence[Write], others: Sequence[Part]) -> tuple[str, list[Any]]:
    """One statement that does all of it, with its arguments; run alone it is a transaction of its own."""
    args: list[Any] = []
    for write in writes:
        args += write.args
    for _, values in others:
        args += values
    guards = tuple((place, write.rows) for place, write in enumerate(writes) if write.rows is not None)
    shape = [(write.statement, len(write.args)) for write in writes]
    shape += [(statement, len(values)) for statement, values in others]
    if len(shape) == 1 and not guards:
        return shape[0][0].alone, args
    return _composed(tuple(shape), tuple(place for place, _ in guards)), args + [rows for _, rows in guards]


def unmet(error: asyncpg.InvalidTextRepresentationError, writes: Sequence[Write]) -> Exception | None:
    """What to raise when `error` says that one of `writes` did not meet its rows; None when it says something else."""
    found = _UNMET.search(str(error))
    return writes[int(found[1])].otherwise() if found else None


@cache
def _composed(shape: tuple[tuple[Statement, int], ...], guarded: tuple[int, ...]) -> str:
    texts, first = [], 0
    for place, (statement, count) in enumerate(shape):
        text = _shifted(place, first)
        texts += [f"{name}_{place} AS ({_named(part, text)})" for name, part in statement.parts]
        counted = " RETURNING 1" if place in guarded else ""
        texts.append(f"write_{place} AS ({_named(statement.main, text)}{counted})")
        first += count
    checks = [_guard(place, first + number) for number, place in enumerate(guarded, 1)]
    return f"WITH {', '.join(texts)} SELECT {', '.join(checks) or '1'}"


def _guard(place: int, parameter: int) -> str:
    # The only way to fail from within a plain statement: a cast that cannot be. Its text depends on the count, so that
    # the planner does not try it beforehand.
    found = f"(SELECT count(*) FROM write_{place})"
    return f"CASE WHEN {found} = ${parameter}::bigint THEN 1 ELSE ('write {place} met ' || {found})::int END"


def _shifted(place: int, first: int) -> Callable[[str], str]:
    return lambda name: f"${int(name) + first}" if name.isdigit() else f"{name}_{place}"


def _named(sql: str, text: Callable[[str], str]) -> str:
    return _NAMES.sub(lambda found: text(found[1]), sql)


def _alone(name: str) -> str:
    return f"${name}" if name.isdigit() else name
