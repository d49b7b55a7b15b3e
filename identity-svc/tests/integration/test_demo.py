"""The demonstration's accounts."""

import json
import stat

import pytest
from contracts.identity import AccountRegistered, AccountVerified, OfficerAssigned
from identity_svc.settings import ORGANISATION_FILE

DEMO = "demo-password-of-the-tests"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "made" / "demo.json"


@pytest.fixture
async def start(start_identity, file):
    async def start(url=None, **overrides):
        return await start_identity(url, **({"demo_accounts_file": file, "demo_password": DEMO} | overrides))

    return start


def logins(file):
    return json.loads(file.read_text())


async def can_log_in(identity, login):
    fields = {key: login[key] for key in ("phone", "badge_no", "password") if key in login}
    return (await identity.post("/sessions", fields)).status_code == 201


async def test_every_unit_of_the_city_gets_its_officers(start, file):
    identity = await start(organisation_file=ORGANISATION_FILE)

    officers = [login for login in logins(file) if login["kind"] == "officer"]
    assert len(officers) == 2 * 200 + 3 * 10 + 3 + 6
    events = [event for event in await identity.running.emitted() if isinstance(event, OfficerAssigned)]
    assert len(events) == 2 * 200 + 3 * 10 + 1
    assert len(await identity.sql("SELECT DISTINCT password_hash FROM officer")) == 1


async def test_each_log_in_of_the_file_works(start, file):
    identity = await start()
    for login in logins(file):
        assert await can_log_in(identity, login), login


async def test_the_file_is_its_owners_only(start, file):
    await start()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_demo_citizen_is_verified(start, file):
    identity = await start()
    citizen = next(login for login in logins(file) if login["kind"] == "person")
    session = (await identity.post("/sessions", {"phone": citizen["phone"], "password": DEMO})).json()
    me = (await identity.get("/me", session["access_token"])).json()
    assert (me["ial"], me["name"]) == (2, "王**")
    kinds = [type(event) for event in await identity.running.emitted()]
    assert kinds.count(AccountRegistered) == kinds.count(AccountVerified) == 2


async def test_a_second_start_adds_nobody_and_follows_a_new_password(start, file):
    first = await start()
    before = len(await first.running.emitted())
    url = first.running.service.settings.database_url
    second = await start(url, demo_password="another-demo-password")

    assert len(await second.running.emitted()) == before
    assert {login["password"] for login in logins(file)} == {"another-demo-password"}
    for login in logins(file)[:4]:
        assert await can_log_in(second, login)
        assert not await can_log_in(second, login | {"password": DEMO})


async def test_without_a_file_there_is_nobody(start_identity):
    identity = await start_identity()
    assert await identity.sql("SELECT 1 FROM officer") == await identity.sql("SELECT 1 FROM account") == []


async def test_without_a_password_the_start_is_refused(start):
    with pytest.raises(RuntimeError, match="DEMO_PASSWORD"):
        await start(demo_password=None)
