"""The broker dies and comes back empty: everything kept is sent again, and nobody takes anything twice."""

import asyncio
import time

import pytest
from faults.reckoning import books
from faults.settled import settled
from faults.storm import Storm

from .conftest import Arena
from .resend import NewLog, ask_for_topics, changes, contents, kept, losses_noticed, unread

CASES = 500
FEW_CASES = 10
AT_ONCE = 12
WITHIN = 120.0
"""Seconds for what nobody does but the platform itself."""

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("proof")]


@pytest.mark.timeout(300)
async def test_after_the_loss_of_the_broker_everything_is_sent_again_and_nothing_doubled(arena: Arena):
    await _lost_and_sent_again(arena, FEW_CASES)


@pytest.mark.timeout(300)
async def test_a_new_broker_asked_by_a_stranger_first_is_read_whole_too(arena: Arena):
    """The embedded one makes a topic for whoever asks, with more partitions than we would have made."""
    await _lost_and_sent_again(arena, FEW_CASES, stranger=True)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_after_the_loss_of_the_broker_hundreds_of_cases_are_sent_again_and_nothing_doubled(
    arena: Arena,
):
    await _lost_and_sent_again(arena, CASES)


async def _lost_and_sent_again(arena: Arena, cases: int, *, stranger: bool = False) -> None:
    await _walk(arena, cases)
    assert not await settled(arena.city, arena.crowd.outside)
    before, losses = await contents(arena.city), await losses_noticed(arena.city)

    stack = arena.city.stack
    stack.kill("broker")
    await stack.restart("broker")
    if stranger:
        await ask_for_topics(stack.around.broker.bootstrap)
    async with NewLog(stack.around.broker.bootstrap) as log:
        await _sent_again(arena, log)
        changed = list(changes(before, await contents(arena.city)))
        assert not changed, "\n".join(changed)
        # What comes next has a new epoch: now everybody reads all of it again, and knows it.
        await _walk(arena, AT_ONCE)
        left = await settled(arena.city, arena.crowd.outside)
        await _sent_again(arena, log)
        await _read_again(arena, log)
    noticed = await losses_noticed(arena.city)
    assert all(noticed[record.topic] > losses[record.topic] for record in log.records), (losses, noticed)
    found = left + await books(arena.city, arena.crowd.outside, arena.walks)
    assert not found, "\n".join(found[:40])


async def _walk(arena: Arena, cases: int) -> None:
    """Whole cases, with nobody in their way."""
    storm = Storm.of(arena.crowd, cases, seed=0, at_once=AT_ONCE)
    arena.walks += storm.walks
    await storm.rage(_calm, lambda text: print(text, flush=True))
    assert not storm.failures, "\n".join(storm.failures[:20])


async def _calm(storm: Storm) -> None:
    return None


async def _sent_again(arena: Arena, log: NewLog) -> None:
    """Until the new log holds every event of every outbox."""
    began, told = time.monotonic(), 0.0
    due = await kept(arena.city)
    while missing := due - log.event_ids():
        await log.read_on()
        if time.monotonic() - told > 5:
            told = time.monotonic()
            print(f"{len(due) - len(missing):,} of {len(due):,} events in the new log", flush=True)
        assert time.monotonic() - began < WITHIN, f"{len(missing)} events were not sent again"
    print(f"{len(due):,} events in the new log after {time.monotonic() - began:.0f} s", flush=True)


async def _read_again(arena: Arena, log: NewLog) -> None:
    """Until every service has read, in the new log, all that concerns it."""
    began = time.monotonic()
    while behind := await unread(arena.city, log):
        assert time.monotonic() - began < WITHIN, f"not read again: {behind}"
        await asyncio.sleep(0.5)
    print(f"read by every service {time.monotonic() - began:.0f} s later", flush=True)
