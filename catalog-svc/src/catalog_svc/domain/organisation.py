"""Who serves an item: the city's unit, the branches' units, or the windows of its department."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from .vocabulary import Words

HANDLED_AT: Final = ("city", "branch", "window")


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Branch:
    code: str
    name: str
    short_name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Unit:
    """`branch` null: the city's own unit."""

    code: str
    name: str
    name_en: str
    department: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """`opening_hours`: `{"days": [1…7], "opens": "09:00", "closes": "12:00"}`, local times."""

    code: str
    name: str
    branch: str
    departments: Sequence[str]
    opening_hours: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Organisation:
    departments: Sequence[Department]
    branches: Sequence[Branch]
    units: Sequence[Unit]
    windows: Sequence[Window]


def service_points(organisation: Organisation) -> dict[tuple[str, str], dict[str, Any]]:
    """For each department and level of handling, the places that serve its items, as JSON values.

    A place is a unit with its branch and that branch's windows for the department. `choose` says what an
    applicant has to choose among them.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for department in organisation.departments:
        about = {"code": department.code, "name": department.name, "name_en": department.name_en}
        city, branches = (
            _city_places(organisation, department.code),
            _branch_places(organisation, department.code),
        )
        with_windows = [place for place in branches if place["windows"]]
        with_units = [place for place in branches if place["unit"]]
        found[department.code, "city"] = {"department": about, "choose": None, "places": city}
        found[department.code, "branch"] = {"department": about, "choose": "branch", "places": with_units}
        found[department.code, "window"] = {"department": about, "choose": "window", "places": with_windows}
    return found


def _city_places(organisation: Organisation, department: str) -> list[dict[str, Any]]:
    return [
        {"branch": None, "unit": _unit(unit), "windows": []}
        for unit in organisation.units
        if unit.department == department and unit.branch is None
    ]


def _branch_places(organisation: Organisation, department: str) -> list[dict[str, Any]]:
    units = {unit.branch: unit for unit in organisation.units if unit.department == department}
    windows: dict[str, list[dict[str, Any]]] = {}
    for window in organisation.windows:
        if department in window.departments:
            windows.setdefault(window.branch, []).append(_window(window))
    return [
        {
            "branch": {
                "code": branch.code,
                "name": branch.name,
                "short_name": branch.short_name,
                "name_en": branch.name_en,
            },
            "unit": _unit(units[branch.code]) if branch.code in units else None,
            "windows": windows.get(branch.code, []),
        }
        for branch in organisation.branches
    ]


def _unit(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, "name": unit.name, "name_en": unit.name_en}


def _window(window: Window) -> dict[str, Any]:
    return {
        "code": window.code,
        "name": window.name,
        "opening_hours": list(window.opening_hours),
        "opening_hours_text": opening_hours_words(window.opening_hours)._asdict(),
    }


_DAYS = Words("一二三四五六日", "Mon Tue Wed Thu Fri Sat Sun")


def opening_hours_words(hours: Sequence[dict[str, Any]]) -> Words:
    """`周一至周五 09:00–12:00，13:00–17:00；周六 09:00–12:00`. Equal days are said once."""
    by_days: dict[tuple[int, ...], list[str]] = {}
    for period in hours:
        by_days.setdefault(tuple(sorted(period["days"])), []).append(f"{period['opens']}–{period['closes']}")
    zh = "；".join(f"{_days(days).zh} {'，'.join(times)}" for days, times in by_days.items())
    en = "; ".join(f"{_days(days).en} {', '.join(times)}" for days, times in by_days.items())
    return Words(zh, en)


def _days(days: tuple[int, ...]) -> Words:
    zh = [f"周{_DAYS.zh[day - 1]}" for day in days]
    en = [_DAYS.en.split()[day - 1] for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return Words(f"{zh[0]}至{zh[-1]}", f"{en[0]}–{en[-1]}")
    return Words("、".join(zh), ", ".join(en))
