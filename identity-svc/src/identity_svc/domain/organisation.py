"""The organisation: departments (警种), branches (分局), units (单位) and windows (窗口)."""

from dataclasses import dataclass
from typing import Final

CITY_CODE: Final = "CITY"
CITY_NAME: Final = ("西安市公安局", "Xi'an Public Security Bureau")


@dataclass(frozen=True, slots=True)
class Department:
    code: str
    name: str
    name_en: str
    hotline: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    code: str
    name: str
    short_name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Who handles cases: one department at one branch, or, with `branch` None, at the city bureau."""

    code: str
    name: str
    name_en: str
    department: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """`days` are ISO weekdays 1-7; `opens` and `closes` local Shanghai times `HH:MM`."""

    days: tuple[int, ...]
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class Window:
    code: str
    name: str
    branch: str
    departments: tuple[str, ...]
    opening_hours: tuple[OpeningHours, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    departments: tuple[Department, ...]
    branches: tuple[Branch, ...]
    windows: tuple[Window, ...]

    @property
    def units(self) -> tuple[Unit, ...]:
        """Every branch × department, then the city's own unit of each department."""
        at_branches = (
            _branch_unit(branch, department) for branch in self.branches for department in self.departments
        )
        return (*at_branches, *(_city_unit(department) for department in self.departments))


def unit_code(department: str, branch: str | None) -> str:
    """`XC-HUZHENG` for a branch's unit, `CITY-HUZHENG` for the city's."""
    return f"{branch or CITY_CODE}-{department}"


def _branch_unit(branch: Branch, department: Department) -> Unit:
    return Unit(
        code=unit_code(department.code, branch.code),
        name=f"{branch.name} · {department.name}",
        name_en=f"{branch.name_en} · {department.name_en}",
        department=department.code,
        branch=branch.code,
    )


def _city_unit(department: Department) -> Unit:
    return Unit(
        code=unit_code(department.code, None),
        name=f"{CITY_NAME[0]} · {department.name}",
        name_en=f"{CITY_NAME[1]} · {department.name_en}",
        department=department.code,
        branch=None,
    )
