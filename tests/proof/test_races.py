"""Whoever moves one case at the same moment: exactly one comes through, and everybody is told the truth."""

import asyncio
import itertools
import time

import pytest
from faults.reckoning import books
from faults.settled import settled
from faults.walks import LOST

from .conftest import Arena
from .races import RACES, Race
from .verdict import NOTICES, money_came_back, notices_came_often, outcomes, verdict

CASES = 200
FEW_CASES = 10
AT_ONCE = 6

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("proof")]


@pytest.mark.timeout(300)
async def test_of_conflicting_moves_exactly_one_is_taken(arena: Arena):
    await _raced(arena, FEW_CASES)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_of_conflicting_moves_exactly_one_is_taken_in_hundreds_of_cases(arena: Arena):
    await _raced(arena, CASES)


async def _raced(arena: Arena, cases: int) -> None:
    races = [_race(arena, number) for number in range(cases)]
    outside = arena.crowd.outside
    faults = {"duplicate_next": -1, "duplicate_copies": NOTICES - 1}
    await outside.control("PUT", "/faults/bank", faults)
    try:
        await _run(races)
        await money_came_back(arena.city)
        left = await settled(arena.city, outside)
    finally:
        await outside.control("DELETE", "/faults/bank")
    for line in await outcomes(arena.city, races):
        print(line, flush=True)
    found = [
        *left,
        *await verdict(arena.city, races),
        *await notices_came_often(outside),
        *await books(arena.city, outside, arena.walks),
    ]
    assert not found, "\n".join(found[:40])


def _race(arena: Arena, number: int) -> Race:
    walk = arena.crowd.walk(number, LOST)
    run = RACES[number % len(RACES)]
    return Race(walk, arena.rivals.of[walk.branch], arena.crowd.outside, run.__name__)


async def _run(races: list[Race]) -> None:
    """A few races side by side: the moves inside one must really meet."""
    began, numbers, done = time.monotonic(), itertools.count(), itertools.count(1)

    async def worker() -> None:
        while (number := next(numbers)) < len(races):
            await RACES[number % len(RACES)](races[number])
            if (finished := next(done)) % 10 == 0:
                print(f"{finished} of {len(races)} races, {time.monotonic() - began:.0f} s", flush=True)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
