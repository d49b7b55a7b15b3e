"""What gateways are told: everything that was committed, whatever overtook it, once and for as long as it matters."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import redis.asyncio as redis
from chassis.clock import now
from contracts.revocations import LOG_KEY, MARK_KEY
from identity_svc.application.ports import LogUnavailable
from identity_svc.application.publish_revocations import PublishRevocations
from identity_svc.channels.revocation_log import RedisRevocationLog
from identity_svc.persistence.revocations import SqlRevocations


async def revoke(uow, *ids: UUID, forget_in: int = 600) -> None:
    await SqlRevocations().add(uow, ids, "session", now(), now() + timedelta(seconds=forget_in))


async def look(identity, since: int | None = None) -> tuple[int, bool, set[UUID]]:
    params = {} if since is None else {"since": since}
    answer = await identity.client.get("/internal/revocations", params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["cursor"], body["whole"], {UUID(one["id"]) for one in body["revoked"]}


async def test_logging_out_is_told(identity, phone):
    session = (await identity.register(phone))["session"]
    cursor, whole, revoked = await look(identity)
    assert whole and revoked == set()
    await identity.client.delete(
        "/api/identity/sessions/current", headers={"Authorization": f"Bearer {session['access_token']}"}
    )
    _, whole, revoked = await look(identity, cursor)
    assert (whole, revoked) == (False, {UUID(session["session_id"])})


async def test_a_commit_that_was_overtaken_is_not_missed(identity):
    """The first to write is the last to commit: a cursor made of ids or times would pass over it."""
    slow, fast, later = uuid4(), uuid4(), uuid4()
    async with identity.running.uow() as uow:
        await revoke(uow, slow)
        async with identity.running.uow() as other:
            await revoke(other, fast)
        cursor, _, seen = await look(identity)
        assert seen == {fast}
    cursor, _, seen = await look(identity, cursor)
    assert slow in seen
    async with identity.running.uow() as uow:
        await revoke(uow, later)
    _, _, seen = await look(identity, cursor)
    assert later in seen


async def test_what_no_token_can_name_any_more_is_not_told(identity):
    past, lasting = uuid4(), uuid4()
    async with identity.running.uow() as uow:
        await revoke(uow, past, forget_in=-1)
        await revoke(uow, lasting)
    assert (await look(identity))[2] == {lasting}


async def test_a_cursor_from_another_database_brings_everything(identity):
    one = uuid4()
    async with identity.running.uow() as uow:
        await revoke(uow, one)
    cursor, whole, revoked = await look(identity, 2**62)
    assert (whole, revoked) == (True, {one}) and cursor < 2**62


@pytest.mark.parametrize("since", ["-1", "x", str(2**63)])
async def test_a_cursor_that_is_none_is_refused(identity, since):
    assert (await identity.client.get(f"/internal/revocations?since={since}")).status_code == 422


class Redis:
    """An empty Redis, and publishers over it."""

    def __init__(self, identity, url: str) -> None:
        self.identity = identity
        self.client = redis.Redis.from_url(url, decode_responses=True)
        self._url = url

    def publisher(self) -> PublishRevocations:
        published = RedisRevocationLog(self._url, 660)
        return PublishRevocations(self.identity.running.service.begin, SqlRevocations(), published)

    async def ids(self) -> list[UUID]:
        return [UUID(name) for _, fields in await self.client.xrange(LOG_KEY) for name in fields]

    async def generation(self) -> str:
        return (await self.client.get(MARK_KEY)).partition(".")[0]


@pytest.fixture
async def published(identity, redis_url):
    there = Redis(identity, redis_url)
    async with there.client:
        await there.client.flushall()
        yield there


async def revoked(identity, *ids: UUID) -> None:
    async with identity.running.uow() as uow:
        await revoke(uow, *ids)


async def test_the_log_is_begun_whole_and_goes_on(identity, published):
    first, second = uuid4(), uuid4()
    await revoked(identity, first)
    publisher = published.publisher()
    await publisher.publish()
    generation = await published.generation()
    assert await published.ids() == [first]
    await revoked(identity, second)
    await publisher.publish()
    await publisher.publish()
    assert await published.ids() == [first, second] and await published.generation() == generation


async def test_what_a_dead_process_did_not_publish_the_next_one_does(identity, published):
    before, unpublished = uuid4(), uuid4()
    await revoked(identity, before)
    await published.publisher().publish()
    await revoked(identity, unpublished)
    await published.publisher().publish()
    assert set(await published.ids()) == {before, unpublished}


async def test_a_log_that_redis_lost_is_written_anew(identity, published):
    ids = [uuid4() for _ in range(3)]
    await revoked(identity, *ids)
    publisher = published.publisher()
    await publisher.publish()
    generation = await published.generation()
    await published.client.flushall()
    await publisher.publish()
    assert sorted(await published.ids()) == sorted(ids) and await published.generation() != generation


async def test_publishers_at_once_lose_nothing(identity, published):
    publishers = [published.publisher() for _ in range(4)]
    ids = [uuid4() for _ in range(20)]

    async def some(publisher: PublishRevocations, mine: list[UUID]) -> None:
        for one in mine:
            await revoked(identity, one)
            await publisher.publish()

    await asyncio.gather(*(some(publisher, ids[place::4]) for place, publisher in enumerate(publishers)))
    await publishers[0].publish()
    assert set(await published.ids()) == set(ids)


async def test_one_long_transaction_does_not_fill_the_log(identity, published):
    async with identity.running.uow() as uow:
        await revoke(uow, uuid4())  # has its number, and does not commit
        one = uuid4()
        await revoked(identity, one)
        publisher = published.publisher()
        for _ in range(5):
            await publisher.publish()
        assert await published.ids() == [one]


async def test_a_great_many_at_once_fit(identity, published):
    ids = [uuid4() for _ in range(2_500)]
    await revoked(identity, *ids)
    await published.publisher().publish()
    assert set(await published.ids()) == set(ids)


async def test_old_entries_are_cut_off(identity, published):
    await published.publisher().publish()
    await published.client.xadd(LOG_KEY, {str(uuid4()): "1"}, id="1-1")
    one = uuid4()
    await revoked(identity, one)
    await published.publisher().publish()
    assert await published.ids() == [one]


async def test_without_redis_it_says_so(identity):
    nowhere = RedisRevocationLog("redis://127.0.0.1:1/0", 660)
    publisher = PublishRevocations(identity.running.service.begin, SqlRevocations(), nowhere)
    with pytest.raises(LogUnavailable):
        await publisher.publish()
