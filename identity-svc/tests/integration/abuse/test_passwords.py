"""Passwords: strangers use up what strangers share; whoever is known gets in."""

import asyncio

import pytest
from chassis.ids import uuid7
from identity_svc.domain.factors.devices import new_token

pytestmark = pytest.mark.usefixtures("still")

PASSWORD = "correct horse battery"
STRANGERS = [f"198.51.100.{number}" for number in range(1, 201)]
BADGE, COLLEAGUE = "XC-HUZHENG-1", "XC-HUZHENG-2"
HOME, ELSEWHERE, OFFICE = "203.0.113.1", "203.0.113.2", "203.0.113.3"


@pytest.fixture
async def identity(start_identity, tmp_path):
    """Strangers have 8 tries at an identifier instead of 100: each costs a run of argon2."""
    return await start_identity(
        attempts_per_identifier=8, demo_accounts_file=tmp_path / "demo.json", demo_password=PASSWORD
    )


@pytest.fixture
def at(identity):
    def there(address):
        client = identity.from_address(address)

        async def log_in(**body):
            return await client.post("/api/identity/sessions", json=body)

        return log_in

    return there


@pytest.fixture
async def owner(identity, phone, at):
    """A phone with an account, known at home."""
    await identity.register(phone, password=PASSWORD)
    await identity.forget_limits()
    assert (await at(HOME)(phone=phone, password=PASSWORD)).status_code == 201
    return phone


@pytest.fixture
async def officer(at):
    """A badge number, known in the office."""
    assert (await at(OFFICE)(badge_no=BADGE, password=PASSWORD)).status_code == 201
    return BADGE


@pytest.fixture
def trusted_device(identity):
    """What a device keeps that an officer has trusted."""

    async def trusted(badge_no):
        token = new_token(uuid7())
        await identity.sql(
            "INSERT INTO trusted_device (id, officer_id, token_hash, name, expires_at)"
            " SELECT $2, id, $3, '笔记本', now() + interval '1 day' FROM officer WHERE badge_no = $1",
            badge_no,
            token.device_id,
            token.digest(),
        )
        return token.text()

    return trusted


async def guessed(at, strangers=20, **whom):
    """What the last of so many strangers is answered, each after one guess."""
    answers = [await at(one)(**whom, password="wrong horse") for one in STRANGERS[:strangers]]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [401] * 8 + [429] * (strangers - 8)
    return answers[-1]


async def test_a_stranger_with_200_addresses_cannot_keep_a_citizen_out_of_where_they_are_known(owner, at):
    refused = await guessed(at, strangers=200, phone=owner)
    assert (
        refused.json()["type"] == "/problems/too-many-attempts" and int(refused.headers["Retry-After"]) >= 1
    )
    assert (await at(HOME)(phone=owner, password=PASSWORD)).status_code == 201
    assert (await at(HOME)(phone=owner, password="wrong horse")).status_code == 401, "with tries of their own"


async def test_at_a_new_place_the_owner_has_to_wait_is_told_how_else_and_gets_in_so(identity, owner, at):
    await guessed(at, phone=owner)
    limited = await at(ELSEWHERE)(phone=owner, password=PASSWORD)
    assert limited.status_code == 429 and "短信验证码、微信、扫码" in limited.json()["detail"]
    proof = await identity.proof(owner, "login", identity.from_address(ELSEWHERE))
    assert (await at(ELSEWHERE)(phone=owner, **proof)).status_code == 201
    assert (await at(ELSEWHERE)(phone=owner, password=PASSWORD)).status_code == 201, "known from now on"


async def test_a_stranger_with_200_addresses_cannot_keep_an_officer_out_of_the_office(officer, at):
    await guessed(at, strangers=200, badge_no=officer)
    assert (await at(OFFICE)(badge_no=officer, password=PASSWORD)).status_code == 201
    limited = await at(ELSEWHERE)(badge_no=officer, password=PASSWORD)
    assert limited.status_code == 429 and "受信任的设备" in limited.json()["detail"]


async def test_a_device_an_officer_trusts_is_known_wherever_it_is(identity, officer, at, trusted_device):
    await guessed(at, badge_no=officer)
    token = await trusted_device(officer)
    travelling = at(ELSEWHERE)
    forged = token[:-4] + "AAAA"
    for other in (forged, "nonsense"):
        answer = await travelling(badge_no=officer, password=PASSWORD, trusted_device=other)
        assert answer.status_code == 429
    for _ in range(10):
        answer = await travelling(badge_no=officer, password="wrong horse", trusted_device=token)
        assert answer.status_code == 401
    stopped = await travelling(badge_no=officer, password="wrong horse", trusted_device=token)
    assert stopped.status_code == 429, "who took the device has its few tries and no more"
    assert (await at(OFFICE)(badge_no=officer, password=PASSWORD)).status_code == 201


async def test_a_device_is_of_no_use_for_another_badge(officer, at, trusted_device):
    token = await trusted_device(officer)
    await guessed(at, badge_no=COLLEAGUE)
    answer = await at(ELSEWHERE)(badge_no=COLLEAGUE, password=PASSWORD, trusted_device=token)
    assert answer.status_code == 429


async def test_guesses_of_many_addresses_at_once_are_counted_exactly(owner, at):
    guesses = (at(one)(phone=owner, password="wrong horse") for one in STRANGERS[:40])
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert statuses.count(401) == 8 and statuses.count(429) == 32


async def test_a_phone_of_nobody_is_answered_and_counted_alike(at, another_phone):
    await guessed(at, phone=another_phone())


async def test_a_place_is_forgotten_after_90_days_without_a_log_in(identity, owner, at):
    await identity.sql("UPDATE known_place SET seen_at = now() - interval '90 days'")
    await guessed(at, phone=owner)
    assert (await at(HOME)(phone=owner, password=PASSWORD)).status_code == 429
    async with identity.running.uow() as uow:
        uow.enqueue("identity.sweep", "recurring")
    await identity.running.run_jobs()
    assert await identity.sql("SELECT 1 FROM known_place") == []


async def test_a_log_in_keeps_a_place_known(identity, owner, at):
    await identity.sql("UPDATE known_place SET seen_at = now() - interval '80 days'")
    assert (await at(HOME)(phone=owner, password=PASSWORD)).status_code == 201
    [row] = await identity.sql("SELECT max(seen_at) > now() - interval '1 hour' AS fresh FROM known_place")
    assert row["fresh"]


async def test_after_a_change_of_the_password_nobody_is_known_but_who_changed_it(identity, owner, at):
    session = (await at(ELSEWHERE)(phone=owner, password=PASSWORD)).json()
    changed = await identity.from_address(ELSEWHERE).put(
        "/api/identity/password",
        json={"current_password": PASSWORD, "new_password": "another good one"},
        headers={"Authorization": f"Bearer {session['access_token']}"},
    )
    assert changed.status_code == 204
    await guessed(at, phone=owner)
    assert (await at(HOME)(phone=owner, password="another good one")).status_code == 429
    assert (await at(ELSEWHERE)(phone=owner, password="another good one")).status_code == 201


async def test_strangers_cannot_keep_anybody_from_changing_the_password(identity, owner, at):
    session = (await at(ELSEWHERE)(phone=owner, password=PASSWORD)).json()
    await identity.sql("DELETE FROM known_place")
    await guessed(at, phone=owner)
    changed = await identity.client.put(
        "/api/identity/password",
        json={"current_password": PASSWORD, "new_password": "another good one"},
        headers={"Authorization": f"Bearer {session['access_token']}"},
    )
    assert changed.status_code == 204


async def test_a_neighbour_who_guesses_leaves_the_address_to_those_who_are_known_or_have_a_ticket(
    start_identity, another_phone
):
    identity = await start_identity(attempts_per_address=5)
    regular, newcomer = another_phone(), another_phone()
    shared = identity.from_address("100.64.0.9")
    for person in (regular, newcomer):
        await identity.register(person, password=PASSWORD)
    await identity.forget_limits()
    log_in = "/api/identity/sessions"
    assert (await shared.post(log_in, json={"phone": regular, "password": PASSWORD})).status_code == 201
    for _ in range(6):
        last = await shared.post(log_in, json={"phone": another_phone(), "password": "wrong horse"})
    assert last.status_code == 429, "the neighbour has no more tries"
    assert (await shared.post(log_in, json={"phone": regular, "password": PASSWORD})).status_code == 201
    assert (await shared.post(log_in, json={"phone": newcomer, "password": PASSWORD})).status_code == 429
    proof = await identity.proof(newcomer, "login", shared)
    assert (await shared.post(log_in, json={"phone": newcomer, **proof})).status_code == 201


async def test_guesses_from_all_over_a_large_network_are_stopped_and_others_go_on(
    start_identity, another_phone
):
    identity = await start_identity(attempts_per_site=5, attempts_per_address=5)
    answers = []
    for number in range(7):
        client = identity.from_address(f"2001:db8:1:{number:x}::1")
        body = {"phone": another_phone(), "password": "wrong horse"}
        answers.append((await client.post("/api/identity/sessions", json=body)).status_code)
    assert answers == [401] * 5 + [429] * 2
    other = identity.from_address("2001:db8:2::1")
    body = {"phone": another_phone(), "password": "wrong horse"}
    assert (await other.post("/api/identity/sessions", json=body)).status_code == 401


async def test_who_is_known_or_not_or_nobody_costs_the_same_statements(owner, at, another_phone, said):
    costs = []
    for number, address in ((owner, HOME), (owner, ELSEWHERE), (another_phone(), HOME)):
        said.clear()
        assert (await at(address)(phone=number, password="wrong horse")).status_code == 401
        costs.append([*said])
    assert costs[0] == costs[1] == costs[2]


async def test_a_refused_try_costs_the_same_statements_for_known_and_unknown(owner, at, another_phone, said):
    costs = []
    for number in (owner, another_phone()):
        await guessed(at, phone=number)
        said.clear()
        assert (await at(ELSEWHERE)(phone=number, password="wrong horse")).status_code == 429
        costs.append([*said])
    assert costs[0] == costs[1]
