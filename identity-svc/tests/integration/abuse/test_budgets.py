"""Codes asked for: bounded at an address, around it, for a phone, and over all; what regulars have is their own."""

import pytest

pytestmark = pytest.mark.usefixtures("still")

STRANGERS = [f"198.51.100.{number}" for number in range(1, 201)]
HOME, ELSEWHERE = "203.0.113.1", "203.0.113.2"


@pytest.fixture
def ask(identity):
    async def asked(phone, address, purpose="login"):
        body = {"phone": phone, "purpose": purpose}
        return await identity.from_address(address).post("/api/identity/codes", json=body)

    return asked


@pytest.fixture
async def identity(start_identity):
    return await start_identity(code_resend_seconds=0, codes_per_address_hour=12)


@pytest.fixture
def known_at(identity, another_phone):
    """A phone with an account that is known at an address."""

    async def made(address):
        phone = another_phone()
        await identity.register(phone)
        proof = await identity.proof(phone, "login", identity.from_address(address))
        there = identity.from_address(address)
        assert (await there.post("/api/identity/sessions", json={"phone": phone, **proof})).status_code == 201
        await identity.forget_limits()
        return phone

    return made


async def test_a_stranger_with_200_addresses_cannot_keep_codes_from_where_the_owner_is_known(known_at, ask):
    owner = await known_at(HOME)
    answers = [await ask(owner, one) for one in STRANGERS]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 195
    assert answers[-1].json()["type"] == "/problems/too-many-codes" and answers[-1].headers["Retry-After"]
    assert (await ask(owner, HOME)).status_code == 202


async def test_every_purpose_counts_for_the_phone(ask, another_phone):
    phone = another_phone()
    purposes = ("login", "register", "password", "link") * 2
    answers = [await ask(phone, one, purpose) for one, purpose in zip(STRANGERS, purposes, strict=False)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 3


async def test_at_a_new_place_the_owner_is_told_how_else_to_log_in(known_at, ask):
    owner = await known_at(HOME)
    for one in STRANGERS[:6]:
        await ask(owner, one)
    limited = await ask(owner, ELSEWHERE)
    assert limited.status_code == 429 and "微信、扫码或市统一身份平台" in limited.json()["detail"]


async def test_going_through_phones_from_one_address_is_stopped_and_others_go_on(
    known_at, ask, another_phone
):
    regular = await known_at(HOME)
    statuses = [(await ask(another_phone(), HOME)).status_code for _ in range(14)]
    assert statuses == [202] * 12 + [429] * 2
    assert (await ask(another_phone(), ELSEWHERE)).status_code == 202
    assert (await ask(regular, HOME)).status_code == 202, "what newcomers there share is not the regulars'"


async def test_wrong_codes_use_up_what_the_address_may_ask_for(identity, ask, another_phone):
    """12 an hour: two phones with five wrong codes each, and not twelve phones with sixty guesses."""
    there = identity.from_address(STRANGERS[0])
    for _ in range(2):
        phone = another_phone()
        proof = await identity.proof(phone, "login", there)
        for by in range(1, 6):
            guess = proof | {"code": f"{(int(proof['code']) + by) % 10**6:06d}"}
            body = {"phone": phone, **guess}
            assert (await there.post("/api/identity/sessions", json=body)).status_code == 401
    assert (await ask(another_phone(), STRANGERS[0])).status_code == 429
    assert (await ask(another_phone(), STRANGERS[1])).status_code == 202


async def test_wrong_codes_never_make_an_address_wait_longer_than_for_one(identity, another_phone):
    there = identity.from_address(STRANGERS[0])
    for _ in range(4):
        phone = another_phone()
        proof = await identity.proof(phone, "login")
        for by in range(1, 6):
            guess = proof | {"code": f"{(int(proof['code']) + by) % 10**6:06d}"}
            await there.post("/api/identity/sessions", json={"phone": phone, **guess})
    refused = await there.post("/api/identity/codes", json={"phone": another_phone(), "purpose": "login"})
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) <= 300


async def test_a_large_network_is_bounded_too(start_identity, another_phone):
    identity = await start_identity(codes_per_site_hour=3)

    async def asked(address):
        body = {"phone": another_phone(), "purpose": "login"}
        return (await identity.from_address(address).post("/api/identity/codes", json=body)).status_code

    assert [await asked(f"2001:db8:1:{number:x}::1") for number in range(5)] == [202] * 3 + [429] * 2
    assert await asked("2001:db8:2::1") == 202


class TestTheBudgetOverAllPhones:
    @pytest.fixture
    async def identity(self, start_identity):
        """Ten a day, of which strangers may use eight."""
        return await start_identity(sms_per_day=10, sms_reserve_percent=20, code_resend_seconds=0)

    async def concerns(self, identity):
        return (await identity.client.get("/readyz")).json()["concerns"]

    async def test_strangers_leave_a_part_of_it_to_those_who_are_known(
        self, identity, known_at, ask, another_phone
    ):
        regular = await known_at(HOME)
        assert await self.concerns(identity) == []
        answers = [await ask(another_phone(), one) for one in STRANGERS[:10]]
        assert [answer.status_code for answer in answers] == [202] * 8 + [429] * 2
        refused = answers[-1]
        assert refused.json()["type"] == "/problems/sms-budget-used-up"
        assert 1 <= int(refused.headers["Retry-After"]) <= 8640 and "微信" in refused.json()["detail"]
        assert [(await ask(regular, HOME)).status_code for _ in range(3)] == [202, 202, 429]
        assert await self.concerns(identity) == ["sms_budget"], "nearly used up is shown, and we stay ready"

    async def test_a_flood_beyond_the_budget_does_not_wait_for_its_row(
        self, identity, ask, another_phone, said
    ):
        costs = []
        for one in STRANGERS[:10]:
            said.clear()
            await ask(another_phone(), one)
            costs.append(len(said))
        assert costs[9] == costs[8] < costs[7]

    async def test_the_budget_is_one_for_all_processes(self, identity, start_identity, ask, another_phone):
        url = identity.running.service.settings.database_url
        second = await start_identity(url, sms_per_day=10, sms_reserve_percent=20)
        statuses = []
        for number, one in enumerate(STRANGERS[:12]):
            client = (identity, second)[number % 2].from_address(one)
            body = {"phone": another_phone(), "purpose": "login"}
            statuses.append((await client.post("/api/identity/codes", json=body)).status_code)
        assert statuses == [202] * 8 + [429] * 4
