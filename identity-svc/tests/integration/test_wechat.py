"""Logging in from WeChat's mini-program against the sandbox, which plays WeChat by its protocol."""

import asyncio

import pytest
import redis.asyncio as redis
from chassis.testing import bearer
from contracts.identity import AccountRegistered
from identity_svc.domain.demo import COMPANY

from .test_internal import token_for as service_token


async def a_user(identity, phone, **more):
    return await identity.sandbox.control("POST", "/wechat/users", {"phone": phone} | more)


async def code_of(identity, user, kind="login", **more):
    path = f"/wechat/users/{user['user_id']}/codes"
    return (await identity.sandbox.control("POST", path, {"kind": kind} | more))["code"]


async def come_in(identity, user):
    """What the mini-program gets for a fresh code."""
    answer = await identity.post("/sessions/wechat", {"js_code": await code_of(identity, user)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def link(identity, ticket, **proof):
    return await identity.post("/sessions/linked", {"ticket": ticket, **proof})


async def link_by_sms(identity, ticket, phone):
    return await link(identity, ticket, phone=phone, **await identity.proof(phone, "link"))


def another(code):
    """The same ticket with a code that is not its own."""
    return code | {"code": f"{(int(code['code']) + 1) % 10**6:06d}"}


async def account_of(identity, session):
    return (await identity.get("/me", session["access_token"])).json()


async def messages_of(identity, session):
    return [
        one["kind"] for one in (await identity.get("/me/messages", session["access_token"])).json()["items"]
    ]


@pytest.fixture
async def user(identity, phone):
    return await a_user(identity, phone)


async def test_a_newcomer_registers_with_wechats_word_for_the_phone(identity, user, phone):
    found = await come_in(identity, user)
    assert (found["outcome"], found["session"], found["phone"]) == ("phone_needed", None, None)

    answer = await link(identity, found["ticket"], wechat_phone_code=await code_of(identity, user, "phone"))
    assert answer.status_code == 201 and answer.json()["registered"] is True
    session = answer.json()["session"]
    assert (await account_of(identity, session))["phone"] == phone[:3] + "****" + phone[-4:]
    assert await messages_of(identity, session) == ["linked_wechat"]
    told = await identity.running.emitted()
    assert len([event for event in told if isinstance(event, AccountRegistered)]) == 1

    again = await come_in(identity, user)
    assert again["outcome"] == "logged_in"
    assert (await account_of(identity, again["session"]))["account_id"] == (
        await account_of(identity, session)
    )["account_id"]
    claims = (await identity.running.service.verifier.verify(again["session"]["access_token"])).claims
    assert claims.amr == ("fed",)


async def test_an_account_that_exists_is_linked_by_a_code_to_its_phone(identity, user, phone):
    account = (await identity.register(phone))["account"]
    await identity.forget_limits()
    answer = await link_by_sms(identity, (await come_in(identity, user))["ticket"], phone)
    assert answer.json()["registered"] is False
    assert (await account_of(identity, answer.json()["session"]))["account_id"] == account["account_id"]
    assert (await come_in(identity, user))["outcome"] == "logged_in"


async def test_a_companys_account_may_be_linked(identity, user, phone):
    fields = {"kind": "enterprise", "uscc": COMPANY.uscc, "company_name": COMPANY.name}
    await identity.register(phone, **fields)
    await identity.forget_limits()
    answer = await link_by_sms(identity, (await come_in(identity, user))["ticket"], phone)
    assert answer.json()["session"]["roles"] == ["company"]


async def test_a_code_is_good_for_one_log_in(identity, user):
    code = await code_of(identity, user)
    first = await identity.post("/sessions/wechat", {"js_code": code})
    again = await identity.post("/sessions/wechat", {"js_code": code})
    assert first.status_code == 200
    assert (again.status_code, again.json()["type"]) == (401, "/problems/way-in-refused")


@pytest.mark.parametrize("how", ["unknown", "expired", "blocked"])
async def test_a_code_that_is_not_good_says_the_same(identity, user, how):
    code = await code_of(identity, user, age_seconds=301 if how == "expired" else 0)
    if how == "blocked":
        await identity.sandbox.control("PATCH", f"/wechat/users/{user['user_id']}", {"state": "blocked"})
    answer = await identity.post("/sessions/wechat", {"js_code": "unknown" if how == "unknown" else code})
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/way-in-refused")


async def test_busy_wechat_is_asked_again(identity, user):
    await identity.sandbox.control("PUT", "/faults/wechat", {"busy_next": 2})
    assert (await come_in(identity, user))["outcome"] == "phone_needed"


@pytest.mark.parametrize("fault", [{"down": True}, {"http_500_next": 1}, {"busy_next": 3}])
async def test_wechat_without_answer_is_said_so_and_nothing_is_lost(identity, user, fault):
    code = await code_of(identity, user)
    await identity.sandbox.control("PUT", "/faults/wechat", fault)
    answer = await identity.post("/sessions/wechat", {"js_code": code})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/way-in-down")
    await identity.sandbox.control("DELETE", "/faults/wechat")
    assert (await identity.post("/sessions/wechat", {"js_code": code})).status_code == 200


async def test_the_session_key_stays_here(identity, user, said):
    found = await come_in(identity, user)
    assert "session_key" not in str(found) + str(said)
    for table in ("vouched", "identity_link", "identity_link_subject", "outbox"):
        for row in await identity.sql(f"SELECT * FROM {table}"):
            assert user["openids"]["mini"] not in str(dict(row))


async def test_guessing_codes_is_stopped(start_identity):
    identity = await start_identity(attempts_per_address=3)
    statuses = [
        (await identity.post("/sessions/wechat", {"js_code": f"guess-{number}"})).status_code
        for number in range(4)
    ]
    assert statuses == [401, 401, 401, 429]


async def test_log_ins_of_many_from_one_address_cost_no_tries(start_identity, another_phone):
    identity = await start_identity(attempts_per_address=3)
    user = await a_user(identity, another_phone())
    for _ in range(5):
        await come_in(identity, user)


async def test_a_ticket_links_once(identity, user, phone):
    ticket = (await come_in(identity, user))["ticket"]
    assert (await link_by_sms(identity, ticket, phone)).status_code == 201
    await identity.forget_limits()
    again = await link_by_sms(identity, ticket, phone)
    assert (again.status_code, again.json()["type"]) == (401, "/problems/way-in-expired")


async def test_a_ticket_does_not_outlive_its_time(identity, user, phone):
    ticket = (await come_in(identity, user))["ticket"]
    code = await identity.proof(phone, "link")
    await identity.sql("UPDATE vouched SET expires_at = now()")
    assert (await link(identity, ticket, phone=phone, **code)).status_code == 401


async def test_a_wrong_code_keeps_the_ticket(identity, user, phone):
    ticket = (await come_in(identity, user))["ticket"]
    code = await identity.proof(phone, "link")
    wrong = await link(identity, ticket, phone=phone, **another(code))
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/code-refused")
    assert (await link(identity, ticket, phone=phone, **code)).status_code == 201


async def test_a_code_sent_to_log_in_links_nothing(identity, user, phone):
    ticket = (await come_in(identity, user))["ticket"]
    code = await identity.proof(phone, "login")
    assert (await link(identity, ticket, phone=phone, **code)).status_code == 422


async def test_the_code_to_link_with_may_be_asked_for_by_ticket(identity, user, phone):
    ticket = (await come_in(identity, user))["ticket"]
    sent = await identity.post("/sessions/link-codes", {"ticket": ticket, "phone": phone})
    assert (sent.status_code, sent.json()["phone"]) == (202, phone[:3] + "****" + phone[-4:])
    code = await identity.read(phone, sent.json()["code_ticket"])
    assert (await link(identity, ticket, phone=phone, **code)).status_code == 201


async def test_two_who_link_with_one_ticket_at_once_make_one_account(identity, user, phone):
    ticket = (await come_in(identity, user))["ticket"]
    code = await identity.proof(phone, "link")
    answers = await asyncio.gather(*(link(identity, ticket, phone=phone, **code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert {answer.status_code for answer in answers} <= {201, 401, 409, 422}
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len(await identity.sql("SELECT 1 FROM account")) == 1
    assert len(await identity.sql("SELECT 1 FROM identity_link")) == 1


async def test_one_wechat_user_racing_for_two_accounts_enters_one(identity, user, another_phone):
    tickets = [(await come_in(identity, user))["ticket"] for _ in range(2)]
    phones = [another_phone() for _ in range(2)]
    codes = [await identity.proof(phone, "link") for phone in phones]
    answers = await asyncio.gather(
        *(
            link(identity, ticket, phone=phone, **code)
            for ticket, phone, code in zip(tickets, phones, codes, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["type"] == "/problems/linked-elsewhere"
    assert len(await identity.sql("SELECT 1 FROM identity_link")) == 1
    assert len(await identity.sql("SELECT 1 FROM account")) == 1


async def test_a_user_is_known_again_by_the_name_that_all_our_apps_share(identity, user, phone):
    await link_by_sms(identity, (await come_in(identity, user))["ticket"], phone)
    await identity.sql(
        "DELETE FROM identity_link_subject WHERE subject_hash = "
        "(SELECT min(subject_hash) FROM identity_link_subject)"
    )
    assert (await come_in(identity, user))["outcome"] == "logged_in"
    # What led nowhere for a while leads there again.
    assert len(await identity.sql("SELECT 1 FROM identity_link_subject")) == 2


async def test_a_name_learnt_later_leads_to_the_same_account(identity, another_phone):
    phone = another_phone()
    user = await a_user(identity, phone, bound=False)
    await link_by_sms(identity, (await come_in(identity, user))["ticket"], phone)
    assert len(await identity.sql("SELECT 1 FROM identity_link_subject")) == 1
    path = f"/wechat/users/{user['user_id']}"
    await identity.sandbox.control("PATCH", path, {"state": "ok", "bound": True})
    assert (await come_in(identity, user))["outcome"] == "logged_in"
    assert len(await identity.sql("SELECT 1 FROM identity_link_subject")) == 2


async def test_without_a_secret_the_mini_program_is_not_offered(start_identity):
    identity = await start_identity(wechat_mini_secret="")
    answer = await identity.post("/sessions/wechat", {"js_code": "any"})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/way-not-offered")


UNCLEAR_PROOFS = [
    ({}, {"/code"}),
    ({"code": "123456", "code_ticket": "t" * 43, "wechat_phone_code": "x"}, {"/code"}),
    ({"phone": "13800000001", "wechat_phone_code": "x"}, {"/phone"}),
    ({"phone": "110", "code": "123456", "code_ticket": "t" * 43}, {"/phone"}),
    ({"phone": "13800000001", "code": "123456"}, {"/code_ticket"}),
    ({"code": "123456", "code_ticket": "t" * 43}, {"/phone"}),
]


async def test_a_phone_is_proven_in_one_way(identity, user, subtests):
    ticket = (await come_in(identity, user))["ticket"]
    for proof, paths in UNCLEAR_PROOFS:
        with subtests.test(str(proof)):
            answer = await link(identity, ticket, **proof)
            assert answer.status_code == 422
            assert {error["path"] for error in answer.json()["errors"]} == paths


async def token_requests(identity):
    return (await identity.sandbox.control("GET", "/wechat"))["token_requests"]


@pytest.fixture
async def clean_redis(redis_url):
    async with redis.Redis.from_url(redis_url) as store:
        await store.flushdb()
    return redis_url


async def linked_by_phone_button(identity, user):
    ticket = (await come_in(identity, user))["ticket"]
    return await link(identity, ticket, wechat_phone_code=await code_of(identity, user, "phone"))


async def test_all_processes_share_one_token(start_identity, clean_redis, another_phone):
    several = [await start_identity(redis_url=clean_redis) for _ in range(3)]
    users = [await a_user(identity, another_phone()) for identity in several * 2]
    answers = await asyncio.gather(
        *(linked_by_phone_button(identity, user) for identity, user in zip(several * 2, users, strict=True))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await token_requests(several[0]) == 1
    async with redis.Redis.from_url(clean_redis) as store:
        kept = await store.get("wechat:token:wx6101000000000001")
        assert 6000 < await store.ttl("wechat:token:wx6101000000000001") <= 6900
        assert await store.get("wechat:token:wx6101000000000001:lock") is None
    assert kept is not None and kept[:1] == b"\x01"  # sealed


async def test_a_token_that_wechat_ended_is_replaced_once(start_identity, clean_redis, another_phone):
    identity = await start_identity(redis_url=clean_redis)
    users = [await a_user(identity, another_phone()) for _ in range(4)]
    assert (await linked_by_phone_button(identity, users[0])).status_code == 201
    await identity.sandbox.control("DELETE", "/wechat/tokens")
    answers = await asyncio.gather(*(linked_by_phone_button(identity, user) for user in users[1:]))
    assert {answer.status_code for answer in answers} == {201}
    assert await token_requests(identity) == 2


async def test_without_redis_each_asks_for_itself(start_identity, another_phone):
    identity = await start_identity(redis_url="redis://127.0.0.1:1/0")
    answer = await linked_by_phone_button(identity, await a_user(identity, another_phone()))
    assert answer.status_code == 201


async def test_payment_svc_learns_what_wechat_calls_a_person(identity, user):
    session = (await linked_by_phone_button(identity, user)).json()["session"]
    path = f"/internal/accounts/{(await account_of(identity, session))['account_id']}/openids"
    token = await service_token(identity, "payment-svc")
    answer = await identity.client.get(path, headers=bearer(token))
    assert answer.json() == {"openids": {"wx6101000000000001": user["openids"]["mini"]}}
    assert answer.headers["cache-control"] == "no-store"
    for other in (session["access_token"], await service_token(identity, "case-svc")):
        assert (await identity.client.get(path, headers=bearer(other))).status_code == 403
    nobody = "/internal/accounts/00000000-0000-0000-0000-000000000000/openids"
    assert (await identity.client.get(nobody, headers=bearer(token))).json() == {"openids": {}}
