"""The linter of the organisation file: every mistake at once, with its place, before anything is loaded."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .organisation import CITY_CODE, Branch, Department, OpeningHours, Organisation, Window, unit_code

_CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")
_WINDOW_CODE = re.compile(r"W-[A-Z][A-Z0-9]{1,15}-[0-9]{2,3}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # section: (required, optional)
    "departments": (frozenset({"code", "name", "name_en"}), frozenset({"hotline"})),
    "branches": (frozenset({"code", "name", "short_name", "name_en"}), frozenset()),
    "windows": (frozenset({"code", "name", "branch", "departments", "opening_hours"}), frozenset()),
}
_LISTS = frozenset({"departments", "opening_hours"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: `place` as in `windows[3] W-XC-04`, and what is wrong there."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class OrganisationFileInvalid(Exception):
    """The file was refused; `findings` lists everything wrong in it."""

    def __init__(self, findings: list[Finding]) -> None:
        lines = "\n".join(f"  {finding}" for finding in findings)
        super().__init__(f"the organisation file has {len(findings)} error(s):\n{lines}")
        self.findings = findings


def read_organisation(raw: Any) -> Organisation:
    """The organisation in a parsed file; raises OrganisationFileInvalid with all findings."""
    findings = list(lint(raw))
    if findings:
        raise OrganisationFileInvalid(findings)
    return Organisation(
        departments=tuple(Department(**row) for row in raw["departments"]),
        branches=tuple(Branch(**row) for row in raw["branches"]),
        windows=tuple(_window(row) for row in raw["windows"]),
    )


def lint(raw: Any) -> Iterator[Finding]:
    """Every mistake in a parsed file, in file order."""
    if not isinstance(raw, dict):
        yield Finding("file", "must be a mapping with departments, branches and windows")
        return
    for name in sorted(set(map(str, raw)) - set(_FIELDS)):
        yield Finding(name, "unknown section")
    rows: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for section in _FIELDS:
        rows[section] = []
        yield from _lint_section(section, raw.get(section), rows[section])
    departments = _codes(rows["departments"])
    branches = _codes(rows["branches"])
    yield from _lint_codes(rows, departments, branches)
    for place, row in rows["windows"]:
        yield from _lint_window(place, row, departments, branches)


def _codes(rows: list[tuple[str, dict[str, Any]]]) -> set[str]:
    return {row["code"] for _, row in rows if isinstance(row.get("code"), str)}


def _lint_section(section: str, found: Any, rows: list[tuple[str, dict[str, Any]]]) -> Iterator[Finding]:
    if not isinstance(found, list) or not found:
        yield Finding(section, "must be a list with at least one entry")
        return
    required, optional = _FIELDS[section]
    for index, row in enumerate(found):
        place = f"{section}[{index}]"
        if not isinstance(row, dict):
            yield Finding(place, "must be a mapping")
            continue
        place = f"{place} {row.get('code', '?')}"
        rows.append((place, row))
        for name in sorted(required - set(row)):
            yield Finding(place, f"lacks `{name}`")
        for name in sorted(set(map(str, row)) - required - optional):
            yield Finding(place, f"unknown field `{name}`")
        for name in sorted((required | optional) & set(row) - (_LISTS if section == "windows" else set())):
            if not _is_text(row[name]) and not (name in optional and row[name] is None):
                yield Finding(place, f"`{name}` must be text, without white space around it")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value == value.strip() and value.isprintable()


def _lint_codes(
    rows: dict[str, list[tuple[str, dict[str, Any]]]], departments: set[str], branches: set[str]
) -> Iterator[Finding]:
    patterns = {"departments": _CODE, "branches": _CODE, "windows": _WINDOW_CODE}
    # One namespace for all: a code is the key of its events, whatever kind of thing it names.
    derived = Counter(unit_code(d, b) for d in departments for b in (*branches, None))
    seen: dict[str, str] = {code: "the units made of branches and departments" for code in derived}
    for section, pattern in patterns.items():
        for place, row in rows[section]:
            code = row.get("code")
            if not isinstance(code, str):
                continue
            if not pattern.fullmatch(code):
                yield Finding(place, f"code must match {pattern.pattern}")
            if section == "branches" and code == CITY_CODE:
                yield Finding(place, f"{CITY_CODE} stands for the city bureau and cannot be a branch")
            if code in seen:
                yield Finding(place, f"code is already used by {seen[code]}")
            seen.setdefault(code, place)


def _lint_window(
    place: str, row: dict[str, Any], departments: set[str], branches: set[str]
) -> Iterator[Finding]:
    branch, served, hours = row.get("branch"), row.get("departments"), row.get("opening_hours")
    if isinstance(branch, str) and branch not in branches:
        yield Finding(place, f"unknown branch {branch}")
    code = row.get("code")
    if isinstance(code, str) and isinstance(branch, str) and not code.startswith(f"W-{branch}-"):
        yield Finding(place, f"code must begin with W-{branch}-")
    if "departments" in row:
        if not isinstance(served, list) or not served or not all(isinstance(item, str) for item in served):
            yield Finding(place, "`departments` must list at least one department")
        else:
            for unknown in sorted(set(served) - departments):
                yield Finding(place, f"unknown department {unknown}")
            for twice in sorted(item for item, count in Counter(served).items() if count > 1):
                yield Finding(place, f"department {twice} is listed twice")
    if "opening_hours" in row:
        if not isinstance(hours, list) or not hours:
            yield Finding(place, "`opening_hours` must list at least one period")
        else:
            yield from _lint_hours(place, hours)


def _lint_hours(place: str, hours: list[Any]) -> Iterator[Finding]:
    by_day: dict[int, list[tuple[str, str]]] = {}
    for index, period in enumerate(hours):
        where = f"{place}, opening_hours[{index}]"
        if not isinstance(period, dict) or set(period) != {"days", "from", "to"}:
            yield Finding(where, "must have exactly days, from and to")
            continue
        days, opens, closes = period["days"], period["from"], period["to"]
        if (
            not isinstance(days, list)
            or not days
            or any(type(day) is not int or not 1 <= day <= 7 for day in days)
        ):
            yield Finding(where, "`days` must be ISO weekdays, 1 to 7")
            continue
        if not all(isinstance(time, str) and _TIME.fullmatch(time) for time in (opens, closes)):
            yield Finding(where, "`from` and `to` must be times written 'HH:MM'")
            continue
        if opens >= closes:
            yield Finding(where, f"opens at {opens}, not before it closes at {closes}")
        for day in days:
            if any(
                opens < other_closes and other_opens < closes
                for other_opens, other_closes in by_day.get(day, ())
            ):
                yield Finding(where, f"overlaps another period of day {day}")
            by_day.setdefault(day, []).append((opens, closes))


def _window(row: dict[str, Any]) -> Window:
    return Window(
        code=row["code"],
        name=row["name"],
        branch=row["branch"],
        departments=tuple(row["departments"]),
        opening_hours=tuple(
            OpeningHours(tuple(period["days"]), period["from"], period["to"])
            for period in row["opening_hours"]
        ),
    )
