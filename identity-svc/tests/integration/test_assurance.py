"""Levels of assurance: by which proof, since when, and who checked."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from chassis.clock import now
from chassis.testing import bearer
from contracts.identity import AccountVerified
from identity_svc.domain.assurance import Proof, Source
from identity_svc.domain.errors import IdentityUnknown

DEMO = "demo-password-of-the-tests"


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


@pytest.fixture
async def registered(identity, phone):
    return await identity.register(phone)


@pytest.fixture
def token(registered):
    return registered["session"]["access_token"]


@pytest.fixture
async def officer(identity):
    return await log_in(identity, "XC-HUZHENG-1")


async def log_in(identity, badge):
    answer = await identity.post("/sessions", {"badge_no": badge, "password": DEMO})
    assert answer.status_code == 201, answer.text
    return answer.json()["access_token"]


async def assurance(identity, token):
    answer = await identity.get("/me/assurance", token)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def check(identity, officer, phone, name, id_number, window="W-XC-01"):
    body = {"phone": phone, "name": name, "id_number": id_number, "window": window}
    return await identity.post("/window-checks", body, officer)


async def raised(identity, account_id, proof):
    async with identity.running.uow() as uow:
        return await identity.running.service.state.parts.raise_assurance(uow, UUID(account_id), proof)


async def test_a_level_says_what_it_stands_on_and_what_would_raise_it(identity, token, id_number):
    first = await assurance(identity, token)
    assert (first["ial"], [proof["source"] for proof in first["proofs"]]) == (1, ["phone"])
    assert [way["level"] for way in first["ways_up"]] == [2, 3, 4]
    await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, token)
    then = await assurance(identity, token)
    assert (then["ial"], [proof["source"] for proof in then["proofs"]]) == (2, ["realname", "phone"])
    assert [way["level"] for way in then["ways_up"]] == [3, 4]


async def test_an_officer_who_saw_the_document_gives_level_four_and_the_person_is_told(
    identity, registered, token, officer, phone, id_number
):
    answer = await check(identity, officer, phone, "王小明", id_number)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"account_id": registered["account"]["account_id"], "name": "王**", "ial": 4}
    mine = await assurance(identity, token)
    assert (mine["ial"], mine["proofs"][0]["source"], mine["proofs"][0]["window"]) == (4, "window", "W-XC-01")
    (row,) = await identity.sql("SELECT officer_id, window_code FROM assurance WHERE source = 'window'")
    me = (await identity.get("/me", officer)).json()
    assert (str(row["officer_id"]), row["window_code"]) == (me["officer_id"], "W-XC-01")
    (message,) = (await identity.get("/me/messages", token)).json()["items"]
    assert message["kind"] == "assurance_by_window" and "4 级" in message["text"]
    session = await identity.post(
        "/sessions/refresh", {"refresh_token": registered["session"]["refresh_token"]}
    )
    verifier = identity.running.service.verifier
    assert (await verifier.verify(session.json()["access_token"])).claims.ial == 4
    levels = [event.ial for event in await identity.running.emitted() if isinstance(event, AccountVerified)]
    assert levels[-1] == 4


async def test_every_check_at_a_window_is_told_even_when_the_level_stays(
    identity, token, officer, phone, id_number
):
    for _ in range(2):
        assert (await check(identity, officer, phone, "王小明", id_number)).status_code == 201
    assert len((await identity.get("/me/messages", token)).json()["items"]) == 2
    assert [proof["source"] for proof in (await assurance(identity, token))["proofs"]][:2] == ["window"] * 2


async def test_another_document_than_the_accounts_is_refused(
    identity, token, officer, phone, id_number, another_id_number
):
    await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, token)
    for name, number in [("王小明", another_id_number()), ("李小红", id_number)]:
        answer = await check(identity, officer, phone, name, number)
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-verified")
    assert (await assurance(identity, token))["ial"] == 2


async def test_a_person_has_one_account_at_the_window_too(identity, token, officer, another_phone, id_number):
    await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, token)
    other = another_phone()
    await identity.register(other)
    answer = await check(identity, officer, other, "王小明", id_number)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/real-name-not-confirmed")


@pytest.mark.usefixtures("token")
async def test_officers_check_at_their_own_windows_only(identity, phone, id_number):
    foreign = await check(
        identity, await log_in(identity, "BL-JIAOJING-1"), phone, "王小明", id_number, "W-XC-01"
    )
    assert (foreign.status_code, foreign.json()["type"]) == (403, "/problems/not-at-this-window")
    city = await log_in(identity, "JIAOJING-3")
    assert (await check(identity, city, phone, "王小明", id_number, "W-XC-01")).status_code == 403
    assert (await check(identity, city, phone, "王小明", id_number, "W-NOWHERE")).status_code == 403
    assert (await check(identity, city, phone, "王小明", id_number, "W-BL-01")).status_code == 201


@pytest.mark.usefixtures("token")
async def test_nobody_checks_their_own_document(identity, officer, phone, id_number, tmp_path):
    logins = json.loads((tmp_path / "demo.json").read_text())
    (mine,) = [one["name"] for one in logins if one.get("badge_no") == "XC-HUZHENG-1"]
    answer = await check(identity, officer, phone, mine, id_number)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/own-matter")


async def test_a_phone_without_an_account_is_said_to_the_officer(identity, officer, another_phone, id_number):
    answer = await check(identity, officer, another_phone(), "王小明", id_number)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/phone-not-registered")


async def test_a_face_needs_an_identity_it_belongs_to(identity, registered):
    with pytest.raises(IdentityUnknown):
        await raised(identity, registered["account"]["account_id"], Proof.by(Source.FACE))


async def test_a_level_given_for_a_time_ends_with_it(identity, registered, token, id_number):
    account_id = registered["account"]["account_id"]
    await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, token)
    await raised(identity, account_id, Proof.by(Source.FACE, expires_at=now() + timedelta(days=1)))
    assert (await assurance(identity, token))["ial"] == 3
    await identity.sql("UPDATE assurance SET expires_at = now() - interval '1 second' WHERE source = 'face'")
    async with identity.running.uow() as uow:
        uow.enqueue("identity.lower_assurance", "recurring")
    await identity.running.run_jobs()
    assert (await assurance(identity, token))["ial"] == 2


async def test_proofs_that_come_at_once_are_all_kept_and_the_highest_counts(
    identity, registered, token, id_number
):
    account_id = registered["account"]["account_id"]
    await identity.post("/real-name", {"name": "王小明", "id_number": id_number}, token)
    window = Proof.by(
        Source.WINDOW, name="王小明", id_number=id_number, officer_id=UUID(int=1), window="W-XC-01"
    )
    await asyncio.gather(
        *(
            raised(identity, account_id, proof)
            for proof in [Proof.by(Source.FACE), window, Proof.by(Source.FACE)]
        )
    )
    mine = await assurance(identity, token)
    assert mine["ial"] == 4 and len(mine["proofs"]) == 5
    versions = await identity.sql("SELECT version FROM outbox WHERE key = $1 ORDER BY id", account_id)
    assert [row["version"] for row in versions] == sorted({row["version"] for row in versions})


async def test_the_demonstrations_people_say_what_they_stand_on(identity):
    answer = await identity.post("/sessions", {"phone": "13800000001", "password": DEMO})
    mine = await assurance(identity, answer.json()["access_token"])
    assert (mine["ial"], {proof["source"] for proof in mine["proofs"]}) == (2, {"phone", "realname"})


async def test_auxiliaries_and_people_check_no_documents(identity, token, phone, id_number):
    for caller in (token, await log_in(identity, "XC-HUZHENG-AUX"), await log_in(identity, "OPERATOR-1")):
        body = {"phone": phone, "name": "王小明", "id_number": id_number, "window": "W-XC-01"}
        answer = await identity.client.post("/api/identity/window-checks", json=body, headers=bearer(caller))
        assert answer.status_code == 403


async def test_who_is_being_erased_while_an_officer_checks_their_document_stays_nobody(
    identity, registered, officer, phone, id_number
):
    account_id = UUID(registered["account"]["account_id"])
    async with identity.running.uow() as uow:
        await identity.running.service.state.erasure.erasures.erase(uow, account_id)
        checking = asyncio.create_task(check(identity, officer, phone, "王小明", id_number))
        async with asyncio.timeout(20):
            while not await identity.sql("SELECT FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.01)
    answer = await checking
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-account")
    (row,) = await identity.sql("SELECT id_hash, ial FROM account WHERE id = $1", account_id)
    assert (row["id_hash"], row["ial"]) == (None, 0)
