from uuid import uuid4

import pytest
from chassis.db import Statement
from chassis.ids import uuid7
from chassis.messages.parking import BEHIND, MAX_ATTEMPTS, first_of_key
from chassis.telemetry.metrics import EVENTS_APPLIED
from chassis.testing import Running, bearer, running
from sample.service import TOPIC, CounterRaised, build

_COUNT = Statement("INSERT INTO counter VALUES ('counted', 1, 1)")
_COUNT_UP = Statement("UPDATE counter SET value = value + 1 WHERE name = $1")


async def heard(service: Running, name: str) -> int:
    return (
        await service.service.pool.fetchval("SELECT value FROM counter WHERE name = 'heard:' || $1", name)
        or 0
    )


async def test_same_event_twice_takes_effect_once(sample: Running):
    event, event_id = CounterRaised(name="a", value=1), uuid7()
    await sample.deliver(event, event_id=event_id)
    await sample.deliver(event, event_id=event_id)
    assert await heard(sample, "a") == 1


async def test_same_event_twice_within_one_batch_takes_effect_once(sample: Running):
    event, event_id = CounterRaised(name="a", value=1), uuid7()
    await sample.deliver(event, event, event_id=event_id)
    assert await heard(sample, "a") == 1


async def test_poison_before_good_ones_of_its_key_parks_them_behind_it(sample: Running):
    await sample.deliver(
        CounterRaised(name="a", value=1),
        CounterRaised(name="bad", value=13),
        CounterRaised(name="bad", value=2),
        CounterRaised(name="b", value=1),
    )
    assert (await heard(sample, "a"), await heard(sample, "b"), await heard(sample, "bad")) == (1, 1, 0)
    first, second = await sample.parked()
    assert "thirteen" in first["cause"] and first["retry_at"] is not None
    assert second["cause"] == BEHIND and second["retry_at"] is None


async def test_parked_key_is_replayed_in_order_once_its_cause_is_mended(sample: Running):
    await sample.deliver(CounterRaised(name="bad", value=13), CounterRaised(name="bad", value=2))
    await sample.deliver(CounterRaised(name="bad", value=3))
    await sample.service.pool.execute(
        "UPDATE parked_message SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '13', '12'), 'UTF8')"
    )
    await sample.service.pool.execute("UPDATE parked_message SET retry_at = now() WHERE retry_at IS NOT NULL")
    await sample.service.replayer.replay_due()
    assert await heard(sample, "bad") == 3
    assert await sample.parked() == []


async def test_poison_that_stays_poison_ends_up_waiting_for_a_person(sample: Running):
    await sample.deliver(CounterRaised(name="bad", value=13))
    for _ in range(MAX_ATTEMPTS):
        await sample.service.pool.execute(
            "UPDATE parked_message SET retry_at = now() WHERE retry_at IS NOT NULL"
        )
        await sample.service.replayer.replay_due()
    (parked,) = await sample.parked()
    assert parked["attempts"] == MAX_ATTEMPTS
    assert parked["retry_at"] is None


async def test_operator_sees_and_replays_a_parked_message(sample: Running):
    await sample.deliver(CounterRaised(name="bad", value=13))
    operator = bearer(sample.tokens.operator())
    (message,) = (await sample.client.get("/api/ops/sample-svc/stuck", headers=operator)).json()[
        "parked_messages"
    ]
    assert message["type"] == "sample.counter.raised"
    url = f"/api/ops/sample-svc/parked-messages/{message['id']}/replay"
    assert (await sample.client.post(url, headers=operator)).json() == {"settled": False}
    await sample.service.pool.execute('UPDATE parked_message SET payload = \'{"name": "bad", "value": 1}\'')
    assert (await sample.client.post(url, headers=operator)).json() == {"settled": True}
    assert await heard(sample, "bad") == 1
    rows = await sample.service.pool.fetch("SELECT action, facts FROM audit_log")
    assert [(row["action"], row["facts"]["key"]) for row in rows] == [("ops.replay", "bad")] * 2


async def test_only_operators_see_stuck_work(sample: Running):
    citizen = bearer(sample.tokens.citizen(uuid4()))
    assert (await sample.client.get("/api/ops/sample-svc/stuck", headers=citizen)).status_code == 403
    assert (await sample.client.get("/api/ops/sample-svc/stuck")).status_code == 401


@pytest.mark.filterwarnings("ignore:Pydantic serializer")
async def test_body_that_does_not_fit_its_model_is_parked_without_its_values(sample: Running):
    event = CounterRaised.model_construct(name="a", value="no number: 110101199003071234")
    await sample.deliver(event)
    (parked,) = await sample.parked()
    assert "value" in parked["cause"]
    assert "110101199003071234" not in parked["cause"]


async def test_effects_of_a_failing_handler_are_rolled_back(settings, tokens):
    async def half(event, uow):
        await uow.execute("INSERT INTO counter VALUES ('half', 1, 1)")
        raise ValueError("after its effect")

    async with running(build(settings, half), tokens) as service:
        await service.deliver(CounterRaised(name="a", value=1))
        assert await service.service.pool.fetchval("SELECT count(*) FROM counter") == 0
        assert len(await service.parked()) == 1


async def test_rows_gathered_by_a_batch_are_written_once_and_with_its_commit(settings, tokens):
    written: list[list[str]] = []

    async def write(uow, names):
        written.append(list(names))
        await uow.execute("INSERT INTO counter SELECT unnest($1::text[]), 1, 1", names)

    async def collect(event, uow):
        uow.gather(write, event.data.name)

    async with running(build(settings, collect), tokens) as service:
        await service.deliver(*(CounterRaised(name=name, value=1) for name in "abc"))
        assert written == [["a", "b", "c"]]
        assert await service.service.pool.fetchval("SELECT count(*) FROM counter") == 3


async def test_what_comes_while_an_earlier_one_is_taken_up_again_does_not_act_on_what_was_before(
    settings, tokens
):
    mended = False
    saw: list[int | None] = []

    async def add_up(event, uow):
        if event.data.value == 13:
            if not mended:
                raise ValueError("thirteen is poison")
            uow.write(_COUNT)
        elif event.data.value == 2:
            found = await uow.read_value("SELECT value FROM counter")
            await service.service.replayer.replay_due()
            saw.append(found)

    async with running(build(settings, add_up), tokens) as service:
        await service.deliver(CounterRaised(name="bad", value=13))
        await service.deliver(CounterRaised(name="good", value=1))
        mended = True
        await service.service.pool.execute("UPDATE parked_message SET retry_at = now()")
        await service.deliver(CounterRaised(name="bad", value=2))
        await service.service.replayer.replay_due()
        assert await service.parked() == []
        assert saw[-1] == 1


async def test_what_waits_behind_nothing_any_more_is_taken_up(sample: Running):
    """The process ended between an event and those behind it."""
    await sample.deliver(CounterRaised(name="bad", value=13), CounterRaised(name="bad", value=2))
    await sample.service.pool.execute("DELETE FROM parked_message WHERE cause <> $1", BEHIND)
    await sample.service.replayer.replay_due()
    assert await heard(sample, "bad") == 1
    assert await sample.parked() == []


async def test_second_of_a_key_is_not_taken_up_while_somebody_works_on_the_first(sample: Running):
    await sample.deliver(CounterRaised(name="bad", value=13), CounterRaised(name="bad", value=2))
    service = sample.service
    async with sample.uow() as uow:
        assert await first_of_key(uow, service.name, TOPIC, "bad") is not None
        assert await service.replayer.replay_key(TOPIC, "bad")
        assert await heard(sample, "bad") == 0


async def test_parked_event_is_not_counted_as_applied(sample: Running):
    def applied() -> float:
        return EVENTS_APPLIED.labels(CounterRaised.TYPE)._value.get()

    before = applied()
    await sample.deliver(CounterRaised(name="a", value=1), CounterRaised(name="bad", value=13))
    assert applied() == before + 1


@pytest.mark.parametrize("asks_first", [False, True])
async def test_two_writes_about_one_key_both_count_whatever_was_written_between(settings, tokens, asks_first):
    async def write(event, uow):
        if event.data.value == 2:
            await uow.read_value("SELECT 1")
        uow.write(_COUNT_UP, event.data.name)

    async with running(build(settings, write), tokens) as service:
        await service.service.pool.execute("INSERT INTO counter VALUES ('a', 0, 1), ('b', 0, 1)")
        if asks_first:
            service.service.applier.ask_first()
        await service.deliver(
            CounterRaised(name="a", value=1),
            CounterRaised(name="b", value=2),
            CounterRaised(name="b", value=3),
        )
        assert await service.service.pool.fetchval("SELECT value FROM counter WHERE name = 'b'") == 2
