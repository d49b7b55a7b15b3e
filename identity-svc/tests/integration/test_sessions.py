"""Staying logged in: rotation, reuse, the lost answer, and the end."""

import asyncio

import pytest

PASSWORD = "correct horse battery"


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone, password=PASSWORD))["session"]


async def refresh(identity, session):
    return await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})


async def past_grace(identity):
    await identity.sql("UPDATE session SET rotated_at = rotated_at - interval '11 seconds'")


async def test_each_refresh_gives_the_next_token(identity, session):
    seen = {session["refresh_token"]}
    for _ in range(4):
        answer = await refresh(identity, session)
        assert answer.status_code == 200
        session = answer.json()
        seen.add(session["refresh_token"])
        assert (await identity.get("/me", session["access_token"])).status_code == 200
        await past_grace(identity)
    assert len(seen) == 5


async def test_a_lost_answer_is_given_again(identity, session):
    lost = (await refresh(identity, session)).json()
    again = await refresh(identity, session)
    assert again.status_code == 200
    assert again.json()["refresh_token"] == lost["refresh_token"]
    assert (await refresh(identity, again.json())).status_code == 200


async def test_refreshes_at_once_agree_on_the_next_token(identity, session):
    answers = await asyncio.gather(*(refresh(identity, session) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_reused_token_ends_the_whole_session(identity, session):
    current = (await refresh(identity, session)).json()
    await past_grace(identity)
    reused = await refresh(identity, session)

    assert (reused.status_code, reused.json()["type"]) == (401, "/problems/refresh-token-reused")
    after = await refresh(identity, current)
    assert (after.status_code, after.json()["type"]) == (401, "/problems/session-ended")
    assert [row["end_reason"] for row in await identity.sql("SELECT end_reason FROM session")] == [
        "refresh_token_reused"
    ]


async def test_an_older_token_is_reuse_even_within_the_grace(identity, session):
    second = (await refresh(identity, session)).json()
    assert (await refresh(identity, second)).status_code == 200
    assert (await refresh(identity, session)).json()["type"] == "/problems/refresh-token-reused"


async def test_a_forged_token_ends_nothing(identity, session):
    token = session["refresh_token"]
    for forged in (token[:-4] + "AAAA", "AAAA" + token[4:], "", "x", "A" * 70, token + "A"):
        answer = await identity.post("/sessions/refresh", {"refresh_token": forged or "-"})
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/session-ended")
    assert (await refresh(identity, session)).status_code == 200


async def test_an_idle_session_ends(identity, session):
    await identity.sql("UPDATE session SET idle_until = now()")
    assert (await refresh(identity, session)).status_code == 401


async def test_no_session_outlives_its_end(identity, session):
    await identity.sql("UPDATE session SET expires_at = now() + interval '1 hour'")
    answer = (await refresh(identity, session)).json()
    assert 3590 <= answer["refresh_expires_in"] <= 3600
    await identity.sql("UPDATE session SET expires_at = now()")
    assert (await refresh(identity, answer)).status_code == 401


async def test_logging_out_ends_the_session_and_no_other(identity, phone, session):
    other = (await identity.post("/sessions", {"phone": phone, "password": PASSWORD})).json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    gone = await identity.client.delete("/api/identity/sessions/current", headers=headers)

    assert gone.status_code == 204
    assert (await refresh(identity, session)).status_code == 401
    assert (await refresh(identity, other)).status_code == 200


async def test_no_refresh_token_lies_in_the_database(identity, session):
    token = session["refresh_token"]
    for row in await identity.sql("SELECT * FROM session"):
        assert token not in str(dict(row))
        assert row["secret"][:1] == b"\x01", "sealed"


async def test_ended_sessions_are_swept_after_a_month(identity, session):
    await identity.sql("UPDATE session SET expires_at = now() - interval '31 days'")
    async with identity.running.uow() as uow:
        uow.enqueue("identity.sweep", "recurring")
    await identity.running.run_jobs()
    assert await identity.sql("SELECT 1 FROM session") == []
