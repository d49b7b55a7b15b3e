"""Offers of mandates: givers are counted apart; whoever is offered many is told of them at once."""

import pytest

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
async def identity(start_identity):
    return await start_identity(
        mandate_offers_per_phone_day=2, mandate_notices_per_phone_day=3, code_resend_seconds=0
    )


@pytest.fixture
async def givers(join):
    return [await join("王小明") for _ in range(5)]


async def decline_all(agent):
    for mandate in await agent.mandates(state="offered"):
        assert (await agent.does("decline", mandate["id"])).status_code in (200, 204)


async def test_one_giver_cannot_use_up_what_another_may_offer_nor_learn_of_it(join, givers):
    agent, (first, second, *_) = await join("赵敏"), givers
    for _ in range(2):
        assert (await first.offers(agent.phone, "赵敏")).status_code == 201
        await decline_all(agent)
    assert (await first.offers(agent.phone, "赵敏")).status_code == 429
    assert (await second.offers(agent.phone, "赵敏")).status_code == 201


async def test_an_offer_that_waits_is_one_however_often_it_is_made(identity, join, givers):
    agent = await join("赵敏")
    answers = [(await givers[0].offers(agent.phone, "赵敏")).status_code for _ in range(4)]
    assert answers == [201, 409, 409, 409]
    await identity.running.run_jobs()
    sent = await identity.sandbox.messages(agent.phone)
    assert [message["template"] for message in sent].count("mandate_offered") == 1


async def test_whoever_is_offered_many_gets_few_messages_and_one_that_says_so(identity, join, givers):
    agent = await join("赵敏")
    for giver in givers:
        assert (await giver.offers(agent.phone, "赵敏")).status_code == 201, "no giver learns of the others"
        await identity.running.run_jobs()
    sent = await identity.sandbox.messages(agent.phone)
    assert [message["template"] for message in sent].count("mandate_offered") == 3
    assert (await agent.told()).count("mandate_offered_to_you") == 3
    assert (await agent.told()).count("mandates_offered_by_many") == 1
    assert len(await agent.mandates(state="offered")) == 5, "and sees them all"
