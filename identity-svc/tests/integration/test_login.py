"""Logging in by password, and what happens to those who guess."""

import asyncio

import pytest
from contracts.tokens import AccessClaims, Role

PASSWORD = "correct horse battery"


async def log_in(identity, client=None, **body):
    client = client or identity.client
    return await client.post("/api/identity/sessions", json=body)


async def claims_of(identity, token) -> AccessClaims:
    return (await identity.running.service.verifier.verify(token)).claims


@pytest.fixture
async def account(identity, phone):
    return (await identity.register(phone, password=PASSWORD))["account"]


async def test_the_right_password_opens_a_session(identity, phone, account):
    answer = await log_in(identity, phone=phone, password=PASSWORD)

    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    claims = await claims_of(identity, answer.json()["access_token"])
    assert (claims.sub, claims.roles, claims.ial) == (account["account_id"], (Role.CITIZEN,), 1)
    assert claims.exp - claims.iat == 600 and claims.sid == answer.json()["session_id"]


async def test_a_phone_may_be_written_with_its_prefix(identity, phone, account):
    assert (await log_in(identity, phone=f"+86 {phone}", password=PASSWORD)).status_code == 201


async def test_a_wrong_password_and_an_unknown_phone_look_alike(identity, phone, account, another_phone):
    wrong = await log_in(identity, phone=phone, password="wrong horse")
    unknown = await log_in(identity, phone=another_phone(), password="wrong horse")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() | {"request_id": 0} == unknown.json() | {"request_id": 0}
    assert wrong.json()["type"] == "/problems/login-refused"


async def test_an_account_without_password_looks_like_an_unknown_one(identity, phone):
    await identity.register(phone)
    assert (await log_in(identity, phone=phone, password="")).status_code == 422
    assert (await log_in(identity, phone=phone, password=PASSWORD)).status_code == 401


async def test_guessing_is_stopped(identity, phone, account):
    for _ in range(10):
        assert (await log_in(identity, phone=phone, password="wrong horse")).status_code == 401
    stopped = await log_in(identity, phone=phone, password=PASSWORD)

    assert (stopped.status_code, stopped.json()["type"]) == (429, "/problems/too-many-attempts")
    assert 1 <= int(stopped.headers["Retry-After"]) <= 120
    await identity.sql("UPDATE throttle SET full_again_at = full_again_at - interval '121 seconds'")
    assert (await log_in(identity, phone=phone, password=PASSWORD)).status_code == 201


async def test_guesses_sent_all_at_once_are_counted_too(identity, phone, account):
    guesses = (log_in(identity, phone=phone, password=f"wrong horse {n}") for n in range(20))
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert statuses.count(401) == 10 and statuses.count(429) == 10


async def test_unknown_phones_are_limited_alike(identity, another_phone):
    phone = another_phone()
    statuses = [(await log_in(identity, phone=phone, password="wrong horse")).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


async def test_a_stranger_elsewhere_cannot_lock_the_owner_out(identity, phone, account):
    stranger = identity.from_address("192.0.2.7")
    for _ in range(11):
        await log_in(identity, stranger, phone=phone, password="wrong horse")
    assert (await log_in(identity, phone=phone, password=PASSWORD)).status_code == 201


async def test_one_password_tried_on_many_accounts_is_stopped(start_identity, another_phone):
    identity = await start_identity(attempts_per_address=5)
    statuses = [
        (await log_in(identity, phone=another_phone(), password=PASSWORD)).status_code for _ in range(6)
    ]
    assert statuses == [401] * 5 + [429]


async def test_success_does_not_use_up_tries(identity, phone, account):
    for _ in range(12):
        assert (await log_in(identity, phone=phone, password=PASSWORD)).status_code == 201


async def test_logins_of_many_at_once_all_pass_and_cost_no_tries(identity, another_phone):
    phones = [another_phone() for _ in range(3)]
    for phone in phones:
        await identity.register(phone, password=PASSWORD)
        await identity.forget_limits()
    logins = (log_in(identity, phone=phone, password=PASSWORD) for phone in phones * 5)
    assert {answer.status_code for answer in await asyncio.gather(*logins)} == {201}
    assert await identity.sql("SELECT 1 FROM throttle WHERE full_again_at > now()") == []


UNCLEAR_LOGINS = [
    ({}, {"/phone", "/password"}),
    ({"phone": "13800000001"}, {"/password"}),
    ({"phone": "13800000001", "badge_no": "XC-1", "password": "x"}, {"/phone"}),
    ({"phone": "13800000001", "password": "x", "code": "123456"}, {"/password"}),
    ({"badge_no": "XC-1", "code": "123456"}, {"/code"}),
    ({"phone": "13800000001", "code": "123456"}, {"/code_ticket"}),
    ({"phone": "13800000001", "password": "x", "code_ticket": "t" * 43}, {"/code"}),
    ({"badge_no": "不是警号", "password": "x"}, {"/badge_no"}),
    ({"phone": "110", "password": "x"}, {"/phone"}),
]


async def test_a_login_names_one_person_and_one_proof(identity, subtests):
    for body, paths in UNCLEAR_LOGINS:
        with subtests.test(str((body, paths))[:80]):
            answer = await identity.post("/sessions", body)
            assert answer.status_code == 422
            assert paths <= {error["path"] for error in answer.json()["errors"]}


NO_OBJECTS = [b"", b"{", b"\xff", b"[]", b'{"phone": NaN}', b"null", b"1" * 5000]


async def test_what_is_no_json_object_is_a_problem(identity, subtests):
    for content in NO_OBJECTS:
        with subtests.test(str(content)[:80]):
            answer = await identity.client.post(
                "/api/identity/sessions", content=content, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (400, 422)
            assert answer.headers["content-type"] == "application/problem+json"


async def test_problems_speak_the_readers_language(identity, phone):
    body = {"phone": phone, "password": PASSWORD}
    english = await identity.client.post(
        "/api/identity/sessions", json=body, headers={"Accept-Language": "en"}
    )
    chinese = await identity.client.post("/api/identity/sessions", json=body)
    assert english.json()["title"] == "Login refused"
    assert chinese.json()["title"] == "登录失败"
