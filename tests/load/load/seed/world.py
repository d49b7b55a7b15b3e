"""What the cases are about: the published items, the units and the officers, as case-svc knows them."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import asyncpg
import orjson
from case_svc.domain.item import Item
from case_svc.domain.people import Officer
from contracts.catalog import ItemDefinition

_DEPARTMENTS = {"HUZHENG": 34, "JIAOJING": 30, "CRJ": 18, "ZHIAN": 7, "XINGZHEN": 3}
"""Shares in per cent of what citizens ask for: household, traffic, exit and entry, public order, …"""
_OTHERWISE = 1.6
_COUNTS = """SELECT (SELECT count(*) FROM item_version WHERE retired_at IS NULL), (SELECT count(*) FROM unit),
 (SELECT count(*) FROM officer)"""


@dataclass(frozen=True, slots=True)
class World:
    """`weights` are cumulative, one an item. `officers` by unit, lowest rank first."""

    items: list[Item]
    weights: list[float]
    units: dict[str, list[tuple[str, str | None]]]
    officers: dict[str, list[Officer]]

    def unit_for(self, item: Item, pick: float) -> tuple[str, str | None]:
        """(unit, branch) that handle `item`; `pick` in [0, 1) chooses the branch."""
        in_city = item.definition.handled_at == "city"
        known = self.units[item.department]
        # Some departments have nothing but the city's unit.
        places = [place for place in known if (place[1] is None) == in_city] or known
        return places[int(pick * len(places))]


async def read_world(connection: asyncpg.Connection) -> dict[str, list[Any]]:
    """The rows a World is made of, small enough to hand to other processes."""
    return {
        "items": await connection.fetch(
            "SELECT definition FROM item_version WHERE retired_at IS NULL ORDER BY code"
        ),
        "units": await connection.fetch("SELECT code, department, branch FROM unit ORDER BY code"),
        "officers": await connection.fetch(
            "SELECT id, unit, department, rank FROM officer WHERE active AND rank > 0 ORDER BY unit, rank, id"
        ),
    }


async def until_complete(connection: asyncpg.Connection, items: int) -> None:
    """Waits until case-svc has heard of `items` items and, for two seconds, of nothing new in the organisation."""
    counts, quiet = None, 0
    for _ in range(300):
        found = tuple(await connection.fetchrow(_COUNTS))
        quiet = quiet + 1 if found == counts and found[0] >= items else 0
        if quiet == 10:
            return
        counts = found
        await asyncio.sleep(0.2)
    raise RuntimeError(
        f"case-svc knows (items, units, officers) {counts} after a minute; {items} items are published"
    )


def plain(rows: dict[str, list[Any]]) -> dict[str, list[tuple[Any, ...]]]:
    """Records cannot be pickled; tuples can."""
    return {name: [tuple(row) for row in group] for name, group in rows.items()}


def make_world(rows: dict[str, list[tuple[Any, ...]]]) -> World:
    definitions = [ItemDefinition.model_validate(orjson.loads(text)) for (text,) in rows["items"]]
    # What was sent in the years that are told cost nobody anything.
    items = [Item(one.model_copy(update={"delivery_free": True})) for one in definitions]
    units: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for code, department, branch in rows["units"]:
        units[department].append((code, branch))
    officers: dict[str, list[Officer]] = defaultdict(list)
    for id_, unit, department, rank in rows["officers"]:
        officers[unit].append(Officer(id_, unit, department, rank, is_sworn=True, is_supervisor=rank > 1))
    return World(items, list(accumulate(_weights(items))), units, officers)


def _weights(items: list[Item]) -> list[float]:
    """Within a department few items are asked for often and most seldom: one over the place in the list."""
    seen: dict[str, int] = defaultdict(int)
    weights = []
    for item in items:
        seen[item.department] += 1
        weights.append(_DEPARTMENTS.get(item.department, _OTHERWISE) / seen[item.department])
    return weights
