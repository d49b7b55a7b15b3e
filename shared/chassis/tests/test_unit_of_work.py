"""What one commit does, whichever of its two ways it goes: all of it or nothing."""

import asyncio
import contextlib
from uuid import uuid4

import asyncpg
import pytest
from chassis.clock import now
from chassis.db import Statement, UnitOfWork
from chassis.db.flush import OutboxRow, flush_parts
from chassis.db.pool import Pool, open_pool
from chassis.db.uow import PendingJob
from chassis.testing import Running
from sample.service import CounterRaised
from waiting import until

ADD = Statement("INSERT INTO counter VALUES ($1, $2, 1)")
RAISE = Statement(
    "UPDATE counter SET value = value + $2, version = version + 1 WHERE name = $1 AND version = $3"
)
MOVE = Statement(
    "INSERT INTO counter SELECT $2, $taken.value, 1 FROM $taken",
    taken="DELETE FROM counter WHERE name = $1 RETURNING value",
)


class Stale(Exception):
    pass


async def values(sample: Running) -> dict[str, int]:
    rows = await sample.service.pool.fetch("SELECT name, value FROM counter")
    return {row["name"]: row["value"] for row in rows}


async def test_writes_and_their_event_are_one_statement(sample: Running):
    async with sample.uow() as uow:
        uow.write(ADD, "a", 1)
        uow.write(ADD, "b", 2)
        uow.emit(CounterRaised(name="a", value=1), version=1)
        uow.enqueue("sample.raise", "a", {"by": 5})
    assert await values(sample) == {"a": 1, "b": 2}
    rows = await sample.service.pool.fetch(
        "SELECT xmin::text FROM counter UNION SELECT xmin::text FROM outbox UNION SELECT xmin::text FROM job"
        " WHERE kind = 'sample.raise'"
    )
    assert len(rows) == 1


@pytest.mark.parametrize("together", [1, 2, 5])
async def test_a_write_that_does_not_meet_its_rows_undoes_everything(sample: Running, together: int):
    with pytest.raises(Stale):
        async with sample.uow() as uow:
            for number in range(together - 1):
                uow.write(ADD, f"other {number}", 1)
            uow.write(RAISE, "nobody", 1, 1, rows=1, otherwise=Stale)
            uow.emit(CounterRaised(name="a", value=1), version=1)
    assert await values(sample) == {}
    assert await sample.emitted() == []


async def test_of_two_who_read_the_same_version_one_wins(sample: Running):
    async with sample.uow() as uow:
        uow.write(ADD, "a", 0)

    async def add_one() -> bool:
        try:
            async with sample.uow() as uow:
                version = await uow.read_value("SELECT version FROM counter WHERE name = 'a'")
                uow.write(RAISE, "a", 1, version, rows=1, otherwise=Stale)
        except Stale:
            return False
        return True

    won = await asyncio.gather(*(add_one() for _ in range(8)))
    assert (await values(sample))["a"] == sum(won) >= 1


async def test_what_waits_is_written_before_it_is_read(sample: Running):
    async with sample.uow() as uow:
        uow.write(ADD, "a", 1)
        uow.write(MOVE, "a", "b", rows=1, otherwise=Stale)
        assert await uow.read_value("SELECT value FROM counter WHERE name = 'b'") == 1
        uow.write(RAISE, "b", 1, 1, rows=1, otherwise=Stale)
        uow.write(ADD, "c", 1)
    assert await values(sample) == {"b": 2, "c": 1}


async def test_parts_of_two_statements_do_not_mix(sample: Running):
    async with sample.uow() as uow:
        uow.write(ADD, "a", 1)
        uow.write(ADD, "b", 2)
    async with sample.uow() as uow:
        uow.write(MOVE, "a", "x", rows=1, otherwise=Stale)
        uow.write(MOVE, "b", "y", rows=1, otherwise=Stale)
    assert await values(sample) == {"x": 1, "y": 2}


async def test_a_swallowed_error_is_not_taken_for_a_commit(sample: Running):
    with pytest.raises(RuntimeError, match="swallowed"):
        async with sample.uow() as uow:
            await uow.execute("INSERT INTO counter VALUES ('a', 1, 1)")
            with contextlib.suppress(asyncpg.PostgresError):
                await uow.execute("SELECT 1 / 0")
    assert await values(sample) == {}


@pytest.mark.parametrize("sql", ["DELETE FROM counter", "SELECT 1 FROM counter FOR UPDATE"])
async def test_only_plain_reads_go_without_a_transaction(sample: Running, sql: str):
    uow = UnitOfWork(sample.service.pool)
    with pytest.raises(ValueError, match="needs a transaction"):
        await uow.read(sql)


def test_batches_of_all_sizes_are_one_statement():
    def written(count: int) -> list[Statement]:
        rows = [
            OutboxRow(uuid4(), "t", "k", number, "e", now(), None, None, None, b"") for number in range(count)
        ]
        jobs = [PendingJob("kind", str(number), {}, None) for number in range(count)]
        return [statement for statement, _ in flush_parts(rows, jobs, (), None, None, of_batch=True)]

    assert written(1) == written(2) == written(7)


@pytest.fixture
async def pool(database: str):
    pool = await open_pool(database, size=2, application_name="test")
    yield pool
    pool.terminate()


async def test_the_last_connection_back_is_the_next_out(pool: Pool):
    first, second = await pool.acquire(), await pool.acquire()
    pool.release(first)
    pool.release(second)
    assert await pool.acquire() is second


async def test_whoever_finds_none_free_waits(pool: Pool):
    first, _ = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    given_up = asyncio.create_task(pool.acquire())
    await until(lambda: asyncio.sleep(0, result=len(pool._waiting) == 2))
    given_up.cancel()
    pool.release(first)
    assert await waiting is first


async def test_what_is_handed_to_one_who_waits_is_not_taken_by_one_who_comes(pool: Pool):
    first, second = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await until(lambda: asyncio.sleep(0, result=bool(pool._waiting)))
    pool.release(first)
    coming = asyncio.create_task(pool.acquire())
    assert await waiting is first
    pool.release(second)
    assert await coming is second


async def test_who_is_urgent_comes_before_those_who_wait(pool: Pool):
    first, second = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    urgent = asyncio.create_task(pool.acquire(urgent=True))
    await until(lambda: asyncio.sleep(0, result=bool(pool._waiting and pool._urgent)))
    pool.release(first)
    pool.release(second)
    assert (await urgent, await waiting) == (first, second)


async def test_what_was_handed_to_one_who_gave_up_goes_to_the_next(pool: Pool):
    first, _ = await pool.acquire(), await pool.acquire()
    given_up = asyncio.create_task(pool.acquire())
    waiting = asyncio.create_task(pool.acquire())
    await until(lambda: asyncio.sleep(0, result=len(pool._waiting) == 2))
    pool.release(first)
    given_up.cancel()
    assert await waiting is first


async def test_the_room_of_a_broken_connection_goes_to_one_who_waits(pool: Pool):
    first, _ = await pool.acquire(), await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await until(lambda: asyncio.sleep(0, result=bool(pool._waiting)))
    pool.release(first, broken=True)
    assert await (await waiting).fetchval("SELECT 1") == 1
    assert (len(pool._taken), pool._opening) == (2, 0)


async def test_a_connection_inside_a_transaction_is_not_handed_on(pool: Pool):
    connection = await pool.acquire()
    await connection.execute("BEGIN")
    pool.release(connection)
    assert await pool.acquire() is not connection
    assert connection.is_closed()


async def test_a_cancelled_statement_takes_its_connection_along(pool: Pool):
    uow = UnitOfWork(pool)
    running = asyncio.create_task(uow.fetch("SELECT pg_sleep(30)"))
    await until(
        lambda: pool.fetchval("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")
    )
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await uow.rollback()
    assert not pool._taken
    assert await pool.fetchval("SELECT 1") == 1


async def test_closing_refuses_those_who_wait(pool: Pool):
    out = [await pool.acquire(), await pool.acquire()]
    waiting = asyncio.create_task(pool.acquire())
    await until(lambda: asyncio.sleep(0, result=bool(pool._waiting)))
    closing = asyncio.create_task(pool.close())
    with pytest.raises(asyncpg.InterfaceError):
        await waiting
    for connection in out:
        pool.release(connection)
    await closing


async def test_closing_waits_for_what_is_out(pool: Pool):
    connection = await pool.acquire()
    closing = asyncio.create_task(pool.close())
    await until(lambda: asyncio.sleep(0, result=pool._closing))
    assert not closing.done()
    pool.release(connection)
    await closing
    with pytest.raises(asyncpg.InterfaceError):
        await pool.acquire()
