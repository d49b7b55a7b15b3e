"""Two thousand orders, each told of fifty times at once while payment-svc and the broker die: each counts once."""

import time

import pytest
from city import complaints

from .conftest import Stormy
from .money import CHANNELS
from .paying import NOTICES, TOLD, pay_told_fifty_times, start_attempt
from .reckoning import reckon
from .settled import settled
from .storm import Say, Storm, kill_each, some_seed
from .walks import APPLIED, LOST, Story, Walk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("faults")]

VICTIMS = ("payment-svc", "broker")
PAID = Story(
    "缴费",
    LOST.item,
    LOST.answers,
    (*APPLIED, start_attempt, pay_told_fifty_times, Walk.paid),
    ends="in_production",
    fee_cents=LOST.fee_cents,
)


@pytest.mark.timeout(420)
async def test_what_fifty_at_once_tell_of_a_payment_counts_once(stormy: Stormy):
    await _told(stormy, orders=16, rounds=1, at_once=4, say=print)


@pytest.mark.long
@pytest.mark.timeout(7200)
async def test_what_fifty_at_once_tell_of_each_of_two_thousand_payments_counts_once(stormy: Stormy):
    await _told(stormy, orders=2_000, rounds=10, at_once=12, say=lambda text: print(text, flush=True))


async def _told(stormy: Stormy, *, orders: int, rounds: int, at_once: int, say: Say) -> None:
    crowd, city, began = stormy.crowd, stormy.city, time.monotonic()
    walks = [crowd.walk(number, PAID) for number in range(orders)]
    for number, walk in enumerate(walks):
        walk.channel = CHANNELS[number % len(CHANNELS)]
    storm = Storm(walks, some_seed(), at_once)
    stormy.walks += walks
    await storm.rage(lambda it: kill_each(it, city.stack, rounds, say, VICTIMS), say)
    stormed = time.monotonic() - began
    found = await settled(city, crowd.outside, within=20 if storm.failures else 150)
    found += await reckon(city, crowd.outside, stormy.walks)
    sent = await _deliveries(stormy, walks)
    say(
        f"{orders} orders, each told of {TOLD} times, {len(storm.log) // 2} kills, in {stormed:.0f} s, settled after"
        f" {time.monotonic() - began - stormed:.0f} s more; {sum(sent)} notices delivered;"
        f" asked again: {dict(crowd.troubles)}"
    )
    unforeseen = complaints(city.stack.folder.logs, "unforeseen_error")
    assert not storm.failures and not found, storm.report(found) + "\n" + unforeseen
    assert min(sent) >= NOTICES


async def _deliveries(stormy: Stormy, walks: list[Walk]) -> list[int]:
    """How often the notice of each was carried to us."""
    sent = []
    for first in range(0, len(walks), 100):
        refs = ",".join(walk.trade_no for walk in walks[first : first + 100])
        page = await stormy.crowd.outside.control("GET", f"/notices?ref={refs}&limit=1000")
        sent += [len(notice["deliveries"]) for notice in page["notices"]]
    return sent
