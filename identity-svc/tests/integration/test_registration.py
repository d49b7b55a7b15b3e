"""Registration by phone code."""

import asyncio

from contracts.identity import AccountRegistered


async def registered_events(identity):
    return [event for event in await identity.running.emitted() if isinstance(event, AccountRegistered)]


async def test_a_person_registers_with_the_code_they_were_sent(identity, phone):
    made = await identity.register(phone, password="correct horse battery")

    account, session = made["account"], made["session"]
    assert (account["kind"], account["ial"], account["has_password"]) == ("person", 1, True)
    assert account["phone"] == f"{phone[:3]}****{phone[-4:]}"
    assert session["roles"] == ["citizen"] and session["expires_in"] == 600
    assert (await identity.get("/me", session["access_token"])).json() == account
    [event] = await registered_events(identity)
    assert (str(event.account_id), event.kind) == (account["account_id"], "person")


async def test_a_company_registers_with_its_credit_code(identity, phone):
    made = await identity.register(
        phone, kind="enterprise", uscc="91610131ma6tdem00e", company_name="西安示范科技有限公司"
    )
    assert made["account"]["uscc"] == "91610131MA6TDEM00E"
    assert made["session"]["roles"] == ["company"]


async def test_two_registrations_at_once_make_one_account(identity, phone):
    code = await identity.proof(phone, "register")
    body = {"phone": phone, **code}
    answers = await asyncio.gather(*(identity.post("/accounts", body) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert sum(answer.status_code == 201 for answer in answers) == 1
    assert all(answer.status_code in (201, 409, 422) for answer in answers)
    assert len(await registered_events(identity)) == 1


async def test_a_wrong_code_registers_nobody(identity, phone):
    code = await identity.proof(phone, "register")
    wrong = f"{(int(code['code']) + 1) % 10**6:06d}"
    answer = await identity.post("/accounts", {"phone": phone, **code, "code": wrong})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "/code"
    assert await identity.sql("SELECT 1 FROM account") == []


async def test_an_easy_password_costs_no_try_of_the_code(identity, phone):
    code = await identity.proof(phone, "register")
    body = {"phone": phone, **code, "password": "12345678"}
    answer = await identity.post("/accounts", body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/password-unsuitable")
    assert (await identity.post("/accounts", body | {"password": "a better one"})).status_code == 201


WRONG_FIELDS = [
    ({"phone": "110"}, {"/phone"}),
    ({"kind": "enterprise"}, {"/uscc", "/company_name"}),
    ({"kind": "enterprise", "uscc": "91610131MA6TDEM00F", "company_name": "某公司"}, {"/uscc"}),
    ({"kind": "enterprise", "phone": "1"}, {"/phone", "/uscc", "/company_name"}),
    ({"uscc": "91610131MA6TDEM00E"}, {"/kind"}),
    ({"code": "12345"}, {"/code"}),
    ({"code": "١٢٣٤٥٦"}, {"/code"}),
    ({"code_ticket": "t" * 42}, {"/code_ticket"}),
    ({"kind": "robot"}, {"/kind"}),
    ({"password": "p" * 129}, {"/password"}),
]


async def test_every_wrong_field_is_named_at_once(identity, phone, subtests):
    for fields, paths in WRONG_FIELDS:
        with subtests.test(str((fields, paths))[:80]):
            answer = await identity.post(
                "/accounts", {"phone": phone, "code": "123456", "code_ticket": "t" * 43} | fields
            )
            assert answer.status_code == 422
            assert {error["path"] for error in answer.json()["errors"]} == paths


async def test_nothing_personal_lies_in_the_database_in_clear(identity, phone):
    await identity.register(phone, password="correct horse battery")
    for table in ("account", "session", "outbox", "idempotency_key", "throttle", "job"):
        for row in await identity.sql(f"SELECT * FROM {table}"):
            assert phone not in str(dict(row)) and "correct horse" not in str(dict(row))


async def test_an_answer_with_tokens_is_never_kept(identity, phone):
    body = {"phone": phone, **await identity.proof(phone, "register")}
    headers = {"Idempotency-Key": "0190-some-key"}
    answer = await identity.client.post("/api/identity/accounts", json=body, headers=headers)
    assert answer.status_code == 201
    assert await identity.sql("SELECT 1 FROM idempotency_key") == []
