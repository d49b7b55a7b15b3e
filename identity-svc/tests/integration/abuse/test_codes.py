"""Codes: a stranger has to do with tickets of their own."""

import asyncio

import pytest

STRANGERS = [f"198.51.100.{number}" for number in range(1, 201)]


async def ask(client, phone, purpose="login"):
    return await client.post("/api/identity/codes", json={"phone": phone, "purpose": purpose})


async def log_in(client, phone, proof):
    return await client.post("/api/identity/sessions", json={"phone": phone, **proof})


def wrong(proof, by=1):
    """The ticket with a code that is not its own."""
    return proof | {"code": f"{(int(proof['code']) + by) % 10**6:06d}"}


@pytest.fixture
async def owner(identity, phone):
    """The phone of somebody with an account."""
    await identity.register(phone)
    await identity.forget_limits()
    return phone


async def test_a_stranger_with_200_addresses_cannot_use_up_the_tries_of_the_owners_code(identity, owner):
    proof = await identity.proof(owner, "login")
    guessed = {"code": proof["code"], "code_ticket": "t" * 43}
    answers = [await log_in(identity.from_address(one), owner, guessed) for one in STRANGERS]
    assert {answer.status_code for answer in answers} == {401}, "the right code alone opens nothing"
    assert (await log_in(identity.client, owner, proof)).status_code == 201


async def test_a_strangers_request_leaves_the_owners_code_alone(identity, owner):
    proof = await identity.proof(owner, "login")
    await identity.forget_limits()
    theirs = await identity.proof(owner, "login", identity.from_address(STRANGERS[0]))
    for by in range(1, 6):
        assert (await log_in(identity.client, owner, wrong(theirs, by))).status_code == 401
    assert (await log_in(identity.client, owner, theirs)).status_code == 401, "five wrong tries end a ticket"
    assert (await log_in(identity.client, owner, proof)).status_code == 201, "and none but that one"


async def test_a_ticket_is_good_for_its_phone_and_its_purpose_alone(identity, owner, another_phone):
    proof = await identity.proof(owner, "password")
    assert (await log_in(identity.client, owner, proof)).status_code == 401
    refused = await identity.post("/accounts", {"phone": owner, **proof})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/code-refused")
    await identity.forget_limits()
    proof = await identity.proof(owner, "login")
    assert (await log_in(identity.client, another_phone(), proof)).status_code == 401
    assert (await log_in(identity.client, owner, proof)).status_code == 201


async def test_wrong_tries_with_one_ticket_at_once_count_exactly(identity, owner):
    proof = await identity.proof(owner, "login")
    guesses = (log_in(identity.client, owner, wrong(proof, by)) for by in range(1, 21))
    assert {answer.status_code for answer in await asyncio.gather(*guesses)} <= {401, 429}
    [row] = await identity.sql("SELECT tries FROM sms_code WHERE purpose = 'login'")
    assert row["tries"] == 5
    assert (await log_in(identity.client, owner, proof)).status_code == 401


async def test_a_right_code_sent_many_times_at_once_is_used_once(identity, owner):
    proof = await identity.proof(owner, "login")
    answers = await asyncio.gather(*(log_in(identity.client, owner, proof) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401]


async def test_two_messages_are_told_apart_by_the_serial_that_the_page_shows(identity, owner):
    sent = (await ask(identity.client, owner)).json()
    await identity.running.run_jobs()
    [message, _] = await identity.sandbox.messages(owner)
    assert message["params"]["serial"] == sent["serial"]
    assert f"（序号 {sent['serial']}）" in message["text"]


async def test_known_and_unknown_phones_cost_the_same_statements(identity, owner, another_phone, said):
    unknown, costs = another_phone(), []
    for number in (owner, unknown):
        await identity.forget_limits()
        said.clear()
        sent = await ask(identity.client, number)
        asking = [*said]
        proof = await identity.read(number, sent.json()["code_ticket"])
        said.clear()
        for guess in (wrong(proof), proof | {"code_ticket": "t" * 43}):
            assert (await log_in(identity.client, number, guess)).status_code == 401
        costs.append((asking, [*said]))
    assert costs[0] == costs[1]
