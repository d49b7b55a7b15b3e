"""A consumer takes nothing from a partition before it knows where it stands there."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from chassis.ids import uuid7
from chassis.messages.broker import Readback
from chassis.messages.consumer import Consumer
from chassis.testing import Running
from chassis.testing.harness import arrival
from sample.service import TOPIC, CounterRaised

PLACE = TopicPartition(TOPIC, 0)


class Client:
    """The part of aiokafka's consumer that moves."""

    def __init__(self) -> None:
        self.at: Any = "where the group once was"

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    async def seek_to_beginning(self, place: TopicPartition) -> None:
        self.at = "beginning"

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.at = offset


class Log:
    async def compare(self, *place: Any) -> Readback:
        return Readback.SAME


class Unreachable(Log):
    async def compare(self, *place: Any) -> Readback:
        raise KafkaConnectionError("no answer")


class OneTopic(Consumer):
    async def _topics_there(self) -> dict[str, int]:
        return {TOPIC: 1}


def consumer_of(sample: Running) -> Consumer:
    service = sample.service
    return OneTopic(
        bootstrap="nowhere:1", group=service.name, topics=[TOPIC], applier=service.applier, begin=service.begin,
        partitions=1, replication=1, fetch_max_wait_ms=50,
    )  # fmt: skip


async def test_records_that_come_before_the_look_at_the_log_are_left_for_later(sample: Running):
    service = sample.service
    consumer = consumer_of(sample)
    client: Any = Client()
    reader: Any = Log()
    record = arrival(CounterRaised(name="a", value=1), uuid7()).record
    polled = {PLACE: [record]}

    await consumer._take(client, polled)
    assert await service.pool.fetchval("SELECT count(*) FROM inbox") == 0
    await consumer._place_new(client, reader)
    assert client.at == "beginning"
    await consumer._take(client, polled)
    assert await service.pool.fetchval("SELECT count(*) FROM inbox") == 1
    consumer.forget_places()
    await consumer._take(SimpleNamespace(), polled)  # type: ignore[arg-type]
    await consumer._place_new(client, reader)
    assert client.at == record.offset + 1


async def test_a_look_at_the_log_that_fails_is_told_and_taken_again(sample: Running):
    consumer = consumer_of(sample)
    client: Any = Client()
    record = arrival(CounterRaised(name="a", value=1), uuid7()).record
    await consumer._place_new(client, Log())  # type: ignore[arg-type]
    await consumer._take(client, {PLACE: [record]})

    consumer.forget_places()
    with pytest.raises(KafkaConnectionError):
        await consumer._place_new(client, Unreachable())  # type: ignore[arg-type]
    assert client.at == "beginning"
    await consumer._place_new(client, Log())  # type: ignore[arg-type]
    assert client.at == record.offset + 1
