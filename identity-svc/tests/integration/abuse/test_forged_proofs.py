"""Challenges are good for one log-in; forgeries are counted once they were found wrong, and shut nobody out."""

import asyncio
import base64
import time

import pytest
from identity_svc.domain.factors.totp import STEP_SECONDS, code_at

BADGE, PASSWORD = "XC-HUZHENG-1", "demo-password-of-the-tests"
FORGED = base64.urlsafe_b64encode(b"x" * 90).decode()


@pytest.fixture
async def authenticator(identity):
    """Codes of an enrolled officer, each of a step of its own."""
    token = (await log_in(identity)).json()["access_token"]
    proposed = (await identity.post("/me/second-factor", {"current_password": PASSWORD}, token)).json()
    secret = base64.b32decode(proposed["secret"].replace(" ", ""))
    steps = iter(range(int(time.time()) // STEP_SECONDS - 1, 2**31))
    codes = iter(code_at(step, secret) for step in steps)
    confirmed = await identity.post("/me/second-factor/confirmation", {"code": next(codes)}, token)
    assert confirmed.status_code == 200, confirmed.text
    await identity.forget_limits()
    return codes


async def log_in(identity):
    return await identity.post("/sessions", {"badge_no": BADGE, "password": PASSWORD})


async def challenged(identity):
    answer = await log_in(identity)
    assert answer.status_code == 202
    return answer.json()["challenge"]


async def second_step(client, challenge, code):
    body = {"challenge": challenge, "code": code}
    return await client.post("/api/identity/sessions/second-factor", json=body)


async def test_a_challenge_opens_one_session(identity, authenticator):
    challenge = await challenged(identity)
    assert (await second_step(identity.client, challenge, next(authenticator))).status_code == 201
    code = next(authenticator)
    again = await second_step(identity.client, challenge, code)
    assert (again.status_code, again.json()["type"]) == (401, "/problems/second-factor-refused")
    fresh = await second_step(identity.client, await challenged(identity), code)
    assert fresh.status_code == 201, "the code was right and is not used up"


async def test_of_two_that_show_one_challenge_at_once_one_comes_in(identity, authenticator):
    challenge = await challenged(identity)
    codes = [next(authenticator), next(authenticator)]
    answers = await asyncio.gather(*(second_step(identity.client, challenge, code) for code in codes))
    assert sorted(answer.status_code for answer in answers) == [201, 401]


async def test_a_wrong_code_leaves_the_challenge_good(identity, authenticator):
    challenge = await challenged(identity)
    assert (await second_step(identity.client, challenge, "000000")).status_code == 401
    assert (await second_step(identity.client, challenge, next(authenticator))).status_code == 201


async def test_spent_challenges_are_swept(identity, authenticator):
    await second_step(identity.client, await challenged(identity), next(authenticator))
    assert len(await identity.sql("SELECT 1 FROM spent_challenge")) == 1
    await identity.sql("UPDATE spent_challenge SET until = now() - interval '1 second'")
    async with identity.running.uow() as uow:
        uow.enqueue("identity.sweep", "recurring")
    await identity.running.run_jobs()
    assert await identity.sql("SELECT 1 FROM spent_challenge") == []


async def test_forged_challenges_are_stopped_and_officers_of_that_address_are_not(identity, authenticator):
    async with identity.from_address("203.0.113.60") as office:
        statuses = {(await second_step(office, FORGED, "123456")).status_code for _ in range(100)}
        assert statuses == {401}
        assert (await second_step(office, FORGED, "123456")).status_code == 429
        assert (await second_step(office, await challenged(identity), next(authenticator))).status_code == 201


async def test_forged_refresh_tokens_are_stopped_and_people_of_that_address_are_not(identity, phone):
    mine = (await identity.register(phone))["session"]["refresh_token"]

    async def refresh(client, token):
        return await client.post("/api/identity/sessions/refresh", json={"refresh_token": token})

    async with identity.from_address("203.0.113.61") as home:
        for forged in [mine[:-4] + "AAAA", "A" * len(mine), "x", "-"] * 25:
            assert (await refresh(home, forged)).status_code == 401
        assert (await refresh(home, "x")).status_code == 429
        assert (await refresh(home, mine)).status_code == 200
        ended = await refresh(home, mine)
        assert ended.status_code == 200, "a lost answer is no forgery"
