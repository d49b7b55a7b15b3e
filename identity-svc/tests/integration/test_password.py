"""Setting and changing the password."""

import pytest
from chassis.testing import bearer

OLD, NEW = "correct horse battery", "a much better password"


async def change(identity, session, **body):
    return await identity.client.put(
        "/api/identity/password", json=body, headers=bearer(session["access_token"])
    )


async def log_in(identity, phone, password):
    return await identity.post("/sessions", {"phone": phone, "password": password})


@pytest.fixture
async def session(identity, phone):
    return (await identity.register(phone, password=OLD))["session"]


async def test_the_new_password_replaces_the_old_and_ends_other_sessions(identity, phone, session):
    other = (await log_in(identity, phone, OLD)).json()
    changed = await change(identity, session, current_password=OLD, new_password=NEW)

    assert changed.status_code == 204
    assert (await log_in(identity, phone, OLD)).status_code == 401
    assert (await log_in(identity, phone, NEW)).status_code == 201
    refresh = [
        (await identity.post("/sessions/refresh", {"refresh_token": one["refresh_token"]})).status_code
        for one in (session, other)
    ]
    assert refresh == [200, 401]


async def test_a_forgotten_password_is_replaced_by_a_code(identity, phone, session):
    await identity.forget_limits()
    code = await identity.proof(phone, "password")
    assert (await change(identity, session, **code, new_password=NEW)).status_code == 204
    assert (await log_in(identity, phone, NEW)).status_code == 201


async def test_an_account_without_password_gets_one_by_a_code_only(identity, phone):
    session = (await identity.register(phone))["session"]
    refused = await change(identity, session, current_password="anything", new_password=NEW)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/password-refused")
    await identity.forget_limits()
    code = await identity.proof(phone, "password")
    assert (await change(identity, session, **code, new_password=NEW)).status_code == 204


async def test_a_wrong_proof_changes_nothing_and_is_counted(identity, phone, session):
    for _ in range(10):
        answer = await change(identity, session, current_password="wrong horse", new_password=NEW)
        assert answer.status_code == 403
    stopped = await change(identity, session, current_password=OLD, new_password=NEW)
    assert stopped.status_code == 429
    await identity.forget_limits()
    assert (await log_in(identity, phone, OLD)).status_code == 201


UNFIT_CHANGES = [
    {"new_password": NEW},
    {"new_password": NEW, "current_password": OLD, "code": "123456"},
    {"new_password": NEW, "code": "123456"},
    {"new_password": NEW, "current_password": OLD, "code_ticket": "t" * 43},
    {"new_password": "short", "current_password": OLD},
    {"current_password": OLD},
]


async def test_a_change_needs_one_proof_and_a_fit_password(identity, session, subtests):
    for body in UNFIT_CHANGES:
        with subtests.test(str(body)[:80]):
            assert (await change(identity, session, **body)).status_code == 422


async def test_nobody_changes_a_password_without_a_session(identity):
    answer = await identity.client.put(
        "/api/identity/password", json={"new_password": NEW, "current_password": OLD}
    )
    assert answer.status_code == 401
