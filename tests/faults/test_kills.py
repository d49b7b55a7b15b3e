"""Any process may die at any moment, and nothing that was acknowledged is lost or doubled."""

import time

import pytest
from city import complaints

from .conftest import Stormy
from .reckoning import reckon
from .settled import settled
from .storm import Say, Storm, kill_each, some_seed

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("faults")]


@pytest.mark.timeout(420)
async def test_killing_every_process_loses_and_doubles_nothing(stormy: Stormy):
    await _killed(stormy, cases=40, rounds=1, at_once=8, say=print)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_killing_every_process_again_and_again_loses_and_doubles_nothing(stormy: Stormy):
    await _killed(stormy, cases=2_000, rounds=6, at_once=24, say=lambda text: print(text, flush=True))


async def _killed(stormy: Stormy, *, cases: int, rounds: int, at_once: int, say: Say) -> None:
    crowd, began = stormy.crowd, time.monotonic()
    storm = Storm.of(crowd, cases, some_seed(), at_once)
    stormy.walks += storm.walks
    await storm.rage(lambda it: kill_each(it, stormy.city.stack, rounds, say), say)
    stormed = time.monotonic() - began
    left = await settled(stormy.city, crowd.outside, within=20 if storm.failures else 150)
    found = left + await reckon(stormy.city, crowd.outside, stormy.walks)
    say(
        f"{len(storm.walks)} cases in {stormed:.0f} s, settled after {time.monotonic() - began - stormed:.0f} s more;"
        f" asked again: {dict(crowd.troubles)}"
    )
    unforeseen = complaints(stormy.city.stack.folder.logs, "unforeseen_error")
    assert not storm.failures and not found, storm.report(found) + "\n" + unforeseen
