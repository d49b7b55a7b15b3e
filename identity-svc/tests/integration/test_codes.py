"""Codes by SMS: sent once committed, few, short-lived, and silent about who is registered."""

import json
import re


async def ask(identity, phone, purpose="login"):
    return await identity.post("/codes", {"phone": phone, "purpose": purpose})


async def log_in(identity, phone, code):
    return await identity.post("/sessions", {"phone": phone, **code})


def another(code):
    """The same ticket with a code that is not its own."""
    return code | {"code": f"{(int(code['code']) + 1) % 10**6:06d}"}


async def test_known_and_unknown_phones_get_the_same_answer(identity, phone, another_phone):
    await identity.register(phone)
    await identity.forget_limits()
    known, unknown = await ask(identity, phone), await ask(identity, another_phone())

    assert known.status_code == unknown.status_code == 202
    told = {"expires_in": 300, "resend_after": 60}
    for answer in (known.json(), unknown.json()):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", answer.pop("code_ticket"))
        assert re.fullmatch(r"[A-HJ-NP-Z][2-9]", answer.pop("serial"))
        assert answer == told
    assert await identity.sql("SELECT count(*) AS n FROM job WHERE kind = 'identity.deliver_code'") == [(2,)]


async def test_a_wrong_code_is_answered_alike_for_known_and_unknown(identity, phone, another_phone):
    await identity.register(phone)
    await identity.forget_limits()
    stranger = another_phone()
    answers = []
    for number in (phone, stranger):
        code = await identity.proof(number, "login")
        answer = await log_in(identity, number, another(code))
        answers.append((answer.status_code, answer.json() | {"request_id": None}))
    assert answers[0] == answers[1] and answers[0][0] == 401


async def test_only_the_holder_of_the_phone_learns_that_it_is_not_registered(identity, phone):
    answer = await log_in(identity, phone, await identity.proof(phone, "login"))
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/account-not-registered"


async def test_only_the_holder_of_the_phone_learns_that_it_is_registered(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    body = {"phone": phone, **await identity.proof(phone, "register")}
    answer = await identity.post("/accounts", body)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/phone-already-registered")


async def test_a_second_code_has_to_wait(identity, phone):
    await ask(identity, phone)
    refused = await ask(identity, phone)

    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    await identity.sql("UPDATE throttle SET full_again_at = full_again_at - interval '61 seconds'")
    assert (await ask(identity, phone)).status_code == 202


async def test_a_phone_gets_no_more_than_its_hourly_share(identity, phone):
    statuses = []
    for _ in range(7):
        statuses.append((await ask(identity, phone)).status_code)
        await identity.sql("UPDATE throttle SET full_again_at = full_again_at - interval '61 seconds'")
    assert statuses == [202] * 5 + [429] * 2


async def test_an_address_gets_no_more_than_its_share_over_all_phones(start_identity, another_phone):
    identity = await start_identity(codes_per_address_hour=3)
    statuses = [(await ask(identity, another_phone())).status_code for _ in range(4)]
    assert statuses == [202, 202, 202, 429]
    elsewhere = identity.from_address("192.0.2.7")
    body = {"phone": another_phone(), "purpose": "login"}
    assert (await elsewhere.post("/api/identity/codes", json=body)).status_code == 202


async def test_neighbours_in_one_ipv6_network_are_one_address(start_identity, another_phone):
    identity = await start_identity(codes_per_address_hour=1)
    statuses = []
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        body = {"phone": another_phone(), "purpose": "login"}
        client = identity.from_address(address)
        statuses.append((await client.post("/api/identity/codes", json=body)).status_code)
    assert statuses == [202, 429, 202]


async def test_a_refused_request_sends_nothing_and_keeps_the_code(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    assert (await ask(identity, phone)).status_code == 429
    assert await identity.running.run_jobs() == 0
    assert (await log_in(identity, phone, code)).status_code == 201


async def test_five_wrong_tries_end_a_code(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    for _ in range(5):
        assert (await log_in(identity, phone, another(code))).status_code == 401
    assert (await log_in(identity, phone, code)).status_code == 401


async def test_the_fifth_try_may_still_be_right(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    for _ in range(4):
        await log_in(identity, phone, another(code))
    assert (await log_in(identity, phone, code)).status_code == 201


async def test_a_code_works_once(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    assert (await log_in(identity, phone, code)).status_code == 201
    assert (await log_in(identity, phone, code)).status_code == 401


async def test_an_expired_code_is_refused(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    code = await identity.proof(phone, "login")
    await identity.sql("UPDATE sms_code SET expires_at = now()")
    assert (await log_in(identity, phone, code)).status_code == 401


async def test_a_newer_code_leaves_the_older_alone_and_each_goes_with_its_own_ticket(identity, phone):
    await identity.register(phone)
    await identity.forget_limits()
    older = await identity.proof(phone, "login")
    await identity.forget_limits()
    newer = await identity.proof(phone, "login")
    if older["code"] != newer["code"]:
        assert (await log_in(identity, phone, older | {"code": newer["code"]})).status_code == 401
    assert (await log_in(identity, phone, older)).status_code == 201
    assert (await log_in(identity, phone, newer)).status_code == 201


async def test_a_code_opens_only_what_it_was_sent_for(identity, phone, another_phone):
    await identity.register(phone)
    await identity.forget_limits()
    code = await identity.proof(phone, "password")
    assert (await log_in(identity, phone, code)).status_code == 401
    stranger = another_phone()
    code = await identity.proof(stranger, "password")
    answer = await identity.post("/accounts", {"phone": stranger, **code})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/code-refused")


async def test_who_hears_at_the_log_in_that_there_is_no_account_registers_by_the_same_code(identity, phone):
    code = await identity.proof(phone, "login")
    told = await log_in(identity, phone, code)
    assert (told.status_code, told.json()["type"]) == (404, "/problems/account-not-registered")
    assert (await identity.post("/accounts", {"phone": phone, **code})).status_code == 201
    assert (await log_in(identity, phone, code)).status_code == 401, "it is used"


async def test_no_code_or_phone_lies_in_the_database_in_clear(identity, phone):
    code = await identity.proof(phone, "login")
    [row] = await identity.sql("SELECT * FROM sms_code")
    assert row["message"] is None, "the text is forgotten once sent"
    jobs = await identity.sql("SELECT key || payload::text AS text FROM job")
    for text in [str(dict(row)), *(job["text"] for job in jobs)]:
        assert code["code"] not in text and phone not in text and code["code_ticket"] not in text


async def test_a_code_is_sent_when_the_operator_is_back(identity, phone):
    await identity.sandbox.control("PUT", "/faults/sms", {"http_500_next": 1})
    await ask(identity, phone)
    await identity.running.run_jobs()
    assert await identity.sandbox.messages(phone) == []

    await identity.sql("UPDATE job SET run_at = now()")
    await identity.running.run_jobs()
    assert len(await identity.sandbox.messages(phone)) == 1


async def test_a_lost_answer_of_the_operator_sends_no_second_message(identity, phone):
    await identity.sandbox.control("PUT", "/faults/sms", {"lost_answer_next": 1})
    await ask(identity, phone)
    await identity.running.run_jobs()
    await identity.sql("UPDATE job SET run_at = now()")
    await identity.running.run_jobs()
    assert len(await identity.sandbox.messages(phone)) == 1


async def test_a_code_nobody_can_use_any_more_is_not_sent(identity, phone):
    await identity.sandbox.control("PUT", "/faults/sms", {"down": True})
    await ask(identity, phone)
    await identity.running.run_jobs()
    await identity.sql("UPDATE sms_code SET expires_at = now()")
    await identity.sql("UPDATE job SET run_at = now()")
    await identity.sandbox.control("DELETE", "/faults/sms")
    await identity.running.run_jobs()

    assert await identity.sandbox.messages(phone) == []
    assert await identity.sql("SELECT 1 FROM job WHERE kind = 'identity.deliver_code'") == []


MALFORMED = [
    {"phone": "110", "purpose": "login"},
    {"phone": "13800000001", "purpose": "steal"},
    {"phone": "13800000001"},
    {"phone": 13800000001, "purpose": "login"},
    {"phone": "1" * 1_000_000, "purpose": "login"},
    {"phone": "1380000\u00000001", "purpose": "login"},
    {"phone": "\ud800", "purpose": "login"},
    {"phone": None, "purpose": "login"},
    {"phone": "13800000001", "purpose": "login", "extra": 1},
    [],
    "13800000001",
]


async def test_a_malformed_request_is_a_problem_and_sends_nothing(identity, subtests):
    for body in MALFORMED:
        with subtests.test(str(body)[:80]):
            answer = await identity.client.post(
                "/api/identity/codes", content=json.dumps(body), headers={"Content-Type": "application/json"}
            )
            assert answer.status_code in (413, 422)
            assert answer.headers["content-type"] == "application/problem+json"
            assert await identity.sql("SELECT 1 FROM sms_code") == []
