"""What the relay sends around a broker's loss: in order, and nothing before the look at the log."""

import asyncio
import contextlib
from collections import defaultdict
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from chassis.messages.envelope import read_headers
from chassis.messages.outbox import Checkpoint, Outbox, Sent
from chassis.settings import ServiceSettings
from chassis.testing import TEST_KEYS, Running, Tokens, running, servers
from sample.service import TOPIC, build, raise_counter
from waiting import until


async def test_nothing_overtakes_what_a_lost_log_held(database: str, tokens: Tokens):
    """A consumer that had not read the old log must meet each key's events in their order in the new one."""
    port = servers.free_port()
    settings = ServiceSettings(
        database_url=database, kafka_bootstrap=f"127.0.0.1:{port}", kafka_fetch_max_wait_ms=50, topic_partitions=2,
        **TEST_KEYS,
    )  # fmt: skip
    with contextlib.ExitStack() as stack:
        stack.enter_context(servers.own_broker(port))
        async with running(build(settings), tokens, role="all") as service:
            await _raise(service, 6)
            await until(lambda: _all_sent(service))
            stack.close()
            # Committed while no broker runs: the producer has these in hand when the next one comes up.
            await _raise(service, 2)
            await until(lambda: asyncio.sleep(0.3, result=True))
            stack.enter_context(servers.own_broker(port))
            await _raise(service, 2)
            await until(lambda: _all_sent(service))
            told = await service.service.pool.fetch("SELECT key, event_id FROM outbox ORDER BY id")
            await until(lambda: _read_in_order(f"127.0.0.1:{port}", told))


async def test_what_was_sent_is_marked_with_the_next_look_and_not_seen_again(sample: Running):
    async with sample.uow() as uow:
        await raise_counter(uow, "a", 1)
        await raise_counter(uow, "b", 1)
    async with sample.uow() as uow:
        outbox = Outbox(await uow.connection())
        first, second = await outbox.look(10, Sent())
        sent = Sent([first["id"]], [Checkpoint(TOPIC, 0, 7, first["event_id"])])
        assert [row["id"] for row in await outbox.look(10, sent)] == [second["id"]]
        assert [row["id"] for row in await outbox.look(10, Sent())] == [second["id"]]
        assert await outbox.checkpoints() == list(sent.checkpoints)


async def test_marking_alone_does_not_wait_for_the_disk(sample: Running):
    async with sample.uow() as uow:
        await raise_counter(uow, "a", 1)
    async with sample.uow() as uow:
        outbox = Outbox(await uow.connection())
        (row,) = await outbox.look(10, Sent())
        assert await uow.fetchval("SHOW synchronous_commit") == "on"
        await outbox.look(0, Sent([row["id"]], [Checkpoint(TOPIC, 0, 0, uuid4())]))
        assert await uow.fetchval("SHOW synchronous_commit") == "off"


async def _raise(service: Running, times: int) -> None:
    for _ in range(times):
        for name in ("a", "b", "c", "d"):
            async with service.uow() as uow:
                await raise_counter(uow, name, 1)


async def _all_sent(service: Running) -> bool:
    return await service.service.pool.fetchval("SELECT count(*) = 0 FROM outbox WHERE sent_at IS NULL")


async def _read_in_order(bootstrap: str, told: list) -> bool:
    """Whether the log holds everything told; fails when a key's events stand in another order."""
    wanted, found = defaultdict(list), defaultdict(list)
    for row in told:
        wanted[row["key"]].append(row["event_id"])
    for key, event_id in await _log(bootstrap):
        if event_id not in found[key]:
            found[key].append(event_id)
            assert found[key] == wanted[key][: len(found[key])], f"{key} is told in another order"
    return found == wanted


async def _log(bootstrap: str) -> list[tuple[str, UUID]]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        # The embedded broker makes a topic by itself when a client asks for it, with its own number of partitions.
        consumer.assign([TopicPartition(TOPIC, number) for number in await _partitions(consumer)])
        await consumer.seek_to_beginning()
        records = []
        while batch := await consumer.getmany(timeout_ms=1_000):
            records += [record for batches in batch.values() for record in batches]
        return [(record.key.decode(), read_headers(record.headers).id) for record in records]
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer) -> set[int]:
    await consumer.topics()
    found = consumer.partitions_for_topic(TOPIC)
    assert found
    return found
