"""From outbox to inbox over a real broker, with the hazards that lose or double elsewhere."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from chassis.settings import ServiceSettings
from chassis.testing import TEST_KEYS, Running, Tokens, running, servers
from sample.service import MIGRATIONS, TOPIC, build, raise_counter
from waiting import until


async def live(database: str, bootstrap: str) -> ServiceSettings:
    return ServiceSettings(
        database_url=database,
        kafka_bootstrap=bootstrap,
        kafka_fetch_max_wait_ms=50,
        topic_partitions=2,
        **TEST_KEYS,
    )


async def raise_(service: Running, name: str, times: int = 1, by: int = 1) -> None:
    for _ in range(times):
        async with service.uow() as uow:
            await raise_counter(uow, name, by)


async def heard(service: Running, name: str) -> int:
    return (
        await service.service.pool.fetchval("SELECT value FROM counter WHERE name = 'heard:' || $1", name)
        or 0
    )


async def has_heard(service: Running, name: str, times: int) -> None:
    async def enough() -> bool:
        return await heard(service, name) == times

    await until(enough)


async def unsent(service: Running) -> int:
    return await service.service.pool.fetchval("SELECT count(*) FROM outbox WHERE sent_at IS NULL")


@pytest.fixture
def own_broker():
    """A broker that forgets everything when its block is left: a new process, or topics deleted on the named one."""
    if named := os.environ.get("TEST_KAFKA_BOOTSTRAP"):
        return None, lambda: forgetful(named)
    port = servers.free_port()
    return port, lambda: servers.own_broker(port)


@contextlib.contextmanager
def forgetful(bootstrap: str) -> Iterator[str]:
    try:
        yield bootstrap
    finally:
        done = threading.Thread(target=lambda: asyncio.run(delete_topic(bootstrap)))
        done.start()
        done.join()


async def delete_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([TOPIC])

        async def gone() -> bool:
            return TOPIC not in await admin.list_topics()

        await until(gone)
    finally:
        await admin.close()


async def test_every_event_arrives_once(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    with broker() as bootstrap:
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            name = uuid4().hex
            await raise_(service, name, 12)
            await has_heard(service, name, 12)
            assert await unsent(service) == 0


async def test_late_commit_with_a_lower_id_is_sent(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    with broker() as bootstrap:
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            async with service.uow() as slow:
                await raise_counter(slow, "slow", 1)
                await slow.flush()  # takes its outbox id now, commits after the other one was sent
                await raise_(service, "quick")
                await has_heard(service, "quick", 1)
            await has_heard(service, "slow", 1)


async def test_wiped_broker_loses_nothing(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    with broker() as bootstrap:
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            await raise_(service, "a", 5)
            await has_heard(service, "a", 5)
    # Events written while no broker runs, then one that has forgotten everything.
    async with running(build(await live(database, bootstrap)), tokens, role="api") as service:
        await raise_(service, "a", 3)
    with broker() as bootstrap:
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            await has_heard(service, "a", 8)
            epoch = await service.service.pool.fetchval(
                "SELECT epoch FROM relay_epoch WHERE topic = $1", TOPIC
            )
            assert epoch == 2


async def test_broker_restarted_under_a_running_service_loses_nothing(
    database: str, own_broker, tokens: Tokens
):
    _, broker = own_broker
    with contextlib.ExitStack() as stack:
        bootstrap = stack.enter_context(broker())
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            await raise_(service, "a", 4)
            await has_heard(service, "a", 4)
            stack.close()
            await raise_(service, "a", 2)
            stack.enter_context(broker())
            await raise_(service, "a", 2)
            await has_heard(service, "a", 8)


async def test_log_regrown_beyond_our_place_is_read_from_its_beginning(
    database: str, own_broker, tokens: Tokens
):
    """The consumer stood at offset n; the new log is longer than n and holds, before n, what we never saw."""
    _, broker = own_broker
    settings = await live(database, "")
    with broker() as bootstrap:
        settings.kafka_bootstrap = bootstrap
        settings.topic_partitions = 1
        async with running(build(settings), tokens, role="all") as service:
            await raise_(service, "seen", 3)
            await has_heard(service, "seen", 3)
    async with running(build(settings), tokens, role="api") as service:
        await raise_(service, "later", 12, by=2)
        # The new log begins with what was never delivered.
        await service.service.pool.execute("DELETE FROM outbox WHERE key = 'seen'")
    with broker():
        async with running(build(settings), tokens, role="all") as service:
            await has_heard(service, "later", 12)
            assert await heard(service, "seen") == 3


async def test_lead_lost_in_the_middle_of_a_batch_doubles_nothing(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    with broker() as bootstrap:
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            await raise_(service, "a", 2)
            await has_heard(service, "a", 2)
            admin = await asyncpg.connect(database)
            killer = asyncio.create_task(_kill_leaders(admin, times=5))
            await raise_(service, "a", 60, by=20)
            await killer
            await has_heard(service, "a", 62)
            await admin.close()
            assert await service.service.pool.fetchval("SELECT count(*) FROM relay_epoch") == 0, (
                "no loss to repair"
            )


async def _kill_leaders(admin: asyncpg.Connection, times: int) -> None:
    for _ in range(times):
        await until(
            lambda: admin.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE application_name = 'sample-svc relay' AND datname = current_database()"
            )
        )


async def test_two_instances_share_the_work_and_double_nothing(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    with broker() as bootstrap:
        settings = await live(database, bootstrap)
        async with (
            running(build(settings), tokens, role="all") as one,
            running(build(settings), tokens, role="all") as two,
        ):
            await asyncio.gather(raise_(one, "a", 10), raise_(two, "b", 10))
            await has_heard(one, "a", 10)
            await has_heard(two, "b", 10)

            async def leaders() -> int:
                return [one.service.relay.leads, two.service.relay.leads].count(True)

            assert await until(leaders) == 1


async def test_poison_is_parked_and_others_go_on(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    with broker() as bootstrap:
        async with running(build(await live(database, bootstrap)), tokens, role="all") as service:
            await raise_(service, "bad", 1, by=13)
            await raise_(service, "bad", 2)
            await raise_(service, "good", 3)
            await has_heard(service, "good", 3)

            async def parked() -> bool:
                return [row["key"] for row in await service.parked()] == ["bad"] * 3

            await until(parked)
            assert await heard(service, "bad") == 0
            causes = [row["cause"] for row in await service.parked()]
            assert "thirteen is poison" in causes[0]
            assert "behind" in causes[1]


async def test_topic_made_again_with_fewer_partitions_loses_nothing(
    database: str, own_broker, tokens: Tokens
):
    _, broker = own_broker
    settings = await live(database, "")
    settings.topic_partitions = 6
    names = [f"n{number}" for number in range(12)]
    for expected in (1, 2):
        with broker() as bootstrap:
            settings.kafka_bootstrap = bootstrap
            async with running(build(settings), tokens, role="all") as service:
                for name in names:
                    await raise_(service, name)
                for name in names:
                    await has_heard(service, name, expected)
        settings.topic_partitions = 2


async def test_several_partitions_are_not_taken_for_lost(database: str, own_broker, tokens: Tokens):
    _, broker = own_broker
    settings = await live(database, "")
    settings.topic_partitions = 6
    with broker() as bootstrap:
        settings.kafka_bootstrap = bootstrap
        for expected in (1, 2):
            async with running(build(settings), tokens, role="all") as service:
                for number in range(12):
                    await raise_(service, f"n{number}")
                for number in range(12):
                    await has_heard(service, f"n{number}", expected)
                assert await service.service.pool.fetchval("SELECT count(*) FROM relay_epoch") == 0


async def test_migrations_make_the_declared_tables(database: str):
    from chassis.testing import assert_migrations_match
    from sample.service import metadata

    await assert_migrations_match(metadata, database)
    assert MIGRATIONS.is_dir()
