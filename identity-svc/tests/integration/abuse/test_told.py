"""Holders are told of strangers once a day, and strangers learn nothing from it."""

import pytest

pytestmark = pytest.mark.usefixtures("still")

PASSWORD = "correct horse battery"
STRANGERS = [f"198.51.100.{number}" for number in range(1, 41)]


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(
        attempts_per_identifier=3,
        code_resend_seconds=0,
        demo_accounts_file=tmp_path / "demo.json",
        demo_password=PASSWORD,
    )


async def guess(identity, times=5, **whom):
    answers = []
    for one in STRANGERS[:times]:
        client = identity.from_address(one)
        answers.append(await client.post("/api/identity/sessions", json={**whom, "password": "wrong horse"}))
    return answers[-1]


async def told(identity, token, kind):
    messages = (await identity.get("/me/messages", token)).json()["items"]
    return [message["text"] for message in messages if message["kind"] == kind]


async def test_a_citizen_is_told_once_a_day_and_what_to_do(identity, phone):
    session = (await identity.register(phone, password=PASSWORD))["session"]
    for _ in range(2):
        assert (await guess(identity, phone=phone)).status_code == 429
        await identity.running.run_jobs()
    [text] = await told(identity, session["access_token"], "strangers_at_phone")
    assert "请勿将验证码告诉任何人" in text
    await identity.sql("UPDATE throttle SET full_again_at = full_again_at - interval '25 hours'")
    assert (await guess(identity, phone=phone)).status_code == 429
    await identity.running.run_jobs()
    assert len(await told(identity, session["access_token"], "strangers_at_phone")) == 2


async def test_codes_used_up_by_strangers_are_told_too(identity, phone):
    session = (await identity.register(phone))["session"]
    await identity.forget_limits()
    for one in STRANGERS[:7]:
        body = {"phone": phone, "purpose": "login"}
        last = await identity.from_address(one).post("/api/identity/codes", json=body)
    assert last.status_code == 429
    await identity.running.run_jobs()
    assert len(await told(identity, session["access_token"], "strangers_at_phone")) == 1


async def test_an_officer_is_told(identity):
    badge_no = "XC-HUZHENG-1"
    token = (await identity.post("/sessions", {"badge_no": badge_no, "password": PASSWORD})).json()[
        "access_token"
    ]
    assert (await guess(identity, badge_no=badge_no)).status_code == 429
    await identity.running.run_jobs()
    [text] = await told(identity, token, "strangers_at_badge")
    assert "告知管理员" in text


async def test_ones_own_mistakes_where_one_is_known_tell_nobody(identity, phone):
    session = (await identity.register(phone, password=PASSWORD))["session"]
    for _ in range(11):
        last = await identity.post("/sessions", {"phone": phone, "password": "wrong horse"})
    assert last.status_code == 429
    await identity.running.run_jobs()
    assert await told(identity, session["access_token"], "strangers_at_phone") == []


async def test_the_job_is_there_for_nobodys_phone_as_well_and_names_none(identity, phone, another_phone):
    await identity.register(phone, password=PASSWORD)
    for number in (phone, another_phone()):
        await guess(identity, phone=number)
        await guess(identity, phone=number)
    jobs = await identity.sql("SELECT key, payload::text FROM job WHERE kind = 'identity.tell_of_strangers'")
    assert len(jobs) == 2 and not any(phone in job["key"] + job["payload"] for job in jobs)
    await identity.running.run_jobs()
    assert await identity.sql("SELECT 1 FROM message WHERE kind = 'strangers_at_phone'") != []
