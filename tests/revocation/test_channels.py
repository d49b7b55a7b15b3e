"""A revocation is in force at the gateway within five seconds by any one channel; with none, nobody is let in."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .surroundings import Surroundings, surroundings

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("revocation")]

CITIZEN = "13800000001"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Surroundings]:
    async with surroundings(tmp_path_factory.mktemp("revocation")) as there:
        yield there


@pytest_asyncio.fixture(loop_scope="module")
async def around(standing: Surroundings) -> Surroundings:
    """Everything up, whatever the last test broke."""
    await standing.mended()
    return standing


async def two_sessions(around: Surroundings) -> tuple[dict, dict]:
    """Both in use at the gateway, which has their tokens in its cache."""
    sessions = await around.log_in(CITIZEN), await around.log_in(CITIZEN)
    for session in sessions:
        await around.let_in(session)
    return sessions


async def revoke(around: Surroundings, by: dict, session: dict) -> float:
    """The moment at which it was answered."""
    await around.ask_identity("DELETE", f"/me/sessions/{session['session_id']}", by)
    return time.monotonic()


@pytest.mark.parametrize("channel", ["identity", "redis", "kafka"])
async def test_one_channel_alone_is_enough(around: Surroundings, channel: str):
    mine, lost = await two_sessions(around)
    await around.only(channel)
    await around.refused(lost, await revoke(around, mine, lost))
    await around.let_in(mine, 0.5)
    another = await around.log_in(CITIZEN)
    await around.let_in(another, 0.5)
    await around.refused(another, await revoke(around, mine, another))


async def test_without_any_channel_personal_routes_wait_and_public_ones_go_on(around: Surroundings):
    mine, lost = await two_sessions(around)
    await around.only(None)
    await revoke(around, mine, lost)
    await around.unknown(mine)
    await around.unknown(lost)
    assert (await around.at_the_door(None))[0] == 200
    await around.way.mend()
    await around.let_in(mine)
    assert await around.at_the_door(lost) == (401, "session-revoked")


async def test_redis_that_forgot_everything_is_told_everything_again(around: Surroundings):
    mine, lost = await two_sessions(around)
    await around.only("redis")
    await around.stack.restart("valkey")
    await around.told("redis")
    await around.refused(lost, await revoke(around, mine, lost))
    await around.let_in(mine, 0.5)


async def test_a_broker_that_forgot_everything_goes_on_telling(around: Surroundings):
    mine, lost = await two_sessions(around)
    await around.way.cut()
    await around.stack.restart("broker")
    await around.told("kafka")
    await around.told("redis")
    around.stack.kill("valkey")
    await around.refused(lost, await revoke(around, mine, lost))
    await around.let_in(mine, 0.5)


async def test_what_identity_told_stays_in_force_when_it_is_gone(around: Surroundings):
    mine, lost = await two_sessions(around)
    await around.refused(lost, await revoke(around, mine, lost))
    around.stack.kill("identity-svc")
    for channel in ("redis", "kafka"):
        await around.told(channel)
    assert await around.at_the_door(lost) == (401, "session-revoked")
    assert (await around.at_the_door(mine))[0] == 200


async def test_a_gateway_begins_with_what_was_revoked_before(around: Surroundings):
    mine, lost = await two_sessions(around)
    await revoke(around, mine, lost)
    await around.stack.restart("gateway")
    assert await around.at_the_door(lost) == (401, "session-revoked")
    assert (await around.at_the_door(mine))[0] == 200
