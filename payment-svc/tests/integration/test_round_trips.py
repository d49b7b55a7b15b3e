"""What an ordinary payment costs the database: statements sent, BEGIN and COMMIT included."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

_NOT_COUNTED = ("typeinfo_tree", "current_setting(", "NOTIFY ")
"""What asyncpg asks once a connection, to know its types; and the word to the relay, one for many commits."""


class Counter:
    """Hears every statement of the service's connections."""

    def __init__(self, pool: Any) -> None:
        self._acquire = pool.acquire
        self._known: set[asyncpg.Connection] = set()
        self._heard: list[str] = []

    async def acquire(self) -> asyncpg.Connection:
        connection = await self._acquire()
        if connection not in self._known:
            self._known.add(connection)
            connection.add_query_logger(self._hear)
        return connection

    @asynccontextmanager
    async def counting(self) -> AsyncIterator[list[str]]:
        """The statements sent inside the block."""
        self._heard = heard = []
        yield heard
        await asyncio.sleep(0)  # asyncpg tells of the last one in the loop's next turn
        self._heard = []

    def _hear(self, record: asyncpg.connection.LoggedQuery) -> None:
        if not any(word in record.query for word in _NOT_COUNTED):
            self._heard.append(record.query)


@pytest.fixture
def statements(payments, monkeypatch) -> Counter:
    counter = Counter(payments.svc.service.pool)
    monkeypatch.setattr(payments.svc.service.pool, "acquire", counter.acquire)
    return counter


async def test_payment_in_time_takes_ten_round_trips(payments, statements):
    async with statements.counting() as opening:
        case_id = await payments.requested()
    assert [opening[0], opening[-1], len(opening)] == ["BEGIN", "COMMIT", 4]

    async with statements.counting() as looking:
        (order,) = await payments.citizen.orders(case_id)
    assert len(looking) == 1

    async with statements.counting() as starting:
        attempt = await payments.citizen.start(order["id"])
    assert len(starting) == 3  # read, reserve; then link and answer together

    async with statements.counting() as paying:
        await payments.world.pay(attempt["pay_url"])
        await payments.world.delivered()
    assert len(paying) == 2  # read; then money, order, notice and event together
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_second_click_costs_two_round_trips_and_no_call(payments, statements):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(down=True)
    async with statements.counting() as clicking:
        assert await payments.citizen.start(order["id"]) == attempt
    assert len(clicking) == 2
