"""Which unit handles a case."""

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import PlaceUnknown
from .item import Item


@dataclass(frozen=True, slots=True)
class Unit:
    """`branch` is null for the city's own unit of a department."""

    code: str
    name: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class Window:
    code: str
    name: str
    branch: str
    departments: Sequence[str]


@dataclass(frozen=True, slots=True)
class Places:
    """The units of the item's department, and the windows that serve it."""

    units: Sequence[Unit]
    windows: Sequence[Window]


def needs_branch(item: Item, branch: str | None) -> bool:
    return item.definition.handled_at != "city" and branch is None


def choose_place(
    item: Item, places: Places, branch: str | None, window: str | None
) -> tuple[str | None, str | None]:
    """Branch and window as the case keeps them; raises PlaceUnknown for places that do not handle the item.

    City items keep neither. A window decides the branch. Both may still be open in a draft.
    """
    if item.definition.handled_at == "city":
        return None, None
    if window is not None:
        found = next((place for place in places.windows if place.code == window), None)
        if found is None or branch not in (None, found.branch):
            raise PlaceUnknown("window", window_options(places))
        branch = found.branch
    if branch is not None and all(unit.branch != branch for unit in places.units):
        raise PlaceUnknown("branch", branch_options(places))
    return branch, window


def place_missing(item: Item, places: Places) -> PlaceUnknown:
    """What to answer when an application names no place yet."""
    if item.definition.handled_at == "window" and places.windows:
        return PlaceUnknown("window", window_options(places))
    return PlaceUnknown("branch", branch_options(places))


def branch_options(places: Places) -> list[dict[str, str]]:
    return [
        {"branch": unit.branch, "unit": unit.code, "name": unit.name}
        for unit in places.units
        if unit.branch is not None
    ]


def window_options(places: Places) -> list[dict[str, str]]:
    return [
        {"window": window.code, "branch": window.branch, "name": window.name} for window in places.windows
    ]
