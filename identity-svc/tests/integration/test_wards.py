"""Guardians and wards: children by the registry's word, others at a window, until they speak for themselves."""

import asyncio
import json
from datetime import timedelta

import pytest
from chassis.clock import SHANGHAI, now
from stdnum.cn import ric

UNTIL = (now().astimezone(SHANGHAI) + timedelta(days=300)).date().isoformat()
DEMO = "demo-password-of-the-tests"


def number(stem: str) -> str:
    return stem + ric.calc_check_digit(stem + "0")


CHILD = {"name": "王小宝", "id_number": number("61010220150307001")}
ADULT = {"name": "王老五", "id_number": number("61010219500307001")}


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


@pytest.fixture
async def parent(join):
    return await join("王小明")


def type_of(answer):
    return answer.status_code, answer.json()["type"].rpartition("/")[2]


async def adds(guardian, ward=CHILD, **more):
    return await guardian.identity.post("/wards", {**ward, "until": UNTIL, **more}, guardian.token)


async def log_in(identity, badge):
    answer = await identity.post("/sessions", {"badge_no": badge, "password": DEMO})
    return answer.json()["access_token"]


async def at_window(identity, guardian, ward=ADULT, badge="XC-HUZHENG-1", **more):
    body = {**ward, "guardian_phone": guardian.phone, "window": "W-XC-01", "until": UNTIL, **more}
    return await identity.post("/window-wards", body, await log_in(identity, badge))


async def test_a_parent_acts_for_their_child_who_has_an_account_without_a_log_in(identity, parent):
    answer = await adds(parent)
    assert answer.status_code == 201, answer.text
    mandate = answer.json()
    assert (mandate["kind"], mandate["state"], mandate["principal"]["name"]) == ("guardian", "active", "王**")
    acting = await parent.acting(mandate["id"])
    assert acting.sub == mandate["principal"]["account_id"] and str(acting.act.sub) == parent.id
    (row,) = await identity.sql(
        "SELECT phone_hash, password_hash, ial FROM account WHERE id = $1", acting.sub
    )
    assert tuple(row) == (None, None, 2)
    proofs = await identity.sql("SELECT source FROM assurance WHERE account_id = $1", acting.sub)
    assert [row["source"] for row in proofs] == ["kinship"]
    assert await parent.told() == ["mandate_granted_to_you"]


async def test_no_kinship_no_guardian(identity, parent):
    await identity.sandbox.control(
        "PUT", f"/realname/{parent.id_number}+{CHILD['id_number']}", {"result": "MISMATCH"}
    )
    assert type_of(await adds(parent)) == (409, "kinship-not-confirmed")
    await identity.sandbox.control("PUT", f"/realname/{CHILD['id_number']}", {"result": "MISMATCH"})
    assert type_of(await adds(parent)) == (409, "kinship-not-confirmed")
    assert await identity.sql("SELECT FROM account WHERE phone_hash IS NULL") == []


async def test_a_registry_without_answer_costs_nothing(identity, parent):
    for _ in range(6):
        await identity.sandbox.control("PUT", "/faults/realname", {"http_500_next": 1})
        assert type_of(await adds(parent)) == (503, "real-name-service-down")
    assert (await adds(parent)).status_code == 201


async def test_checks_of_kinship_are_few_a_day(identity, parent):
    await identity.sandbox.control("PUT", f"/realname/{CHILD['id_number']}", {"result": "MISMATCH"})
    assert [(await adds(parent)).status_code for _ in range(6)] == [409] * 5 + [429]


async def test_online_only_for_children(parent):
    assert type_of(await adds(parent, ADULT)) == (422, "children-only")


async def test_a_guardianship_ends_with_the_eighteenth_birthday(identity, parent):
    born = (now().astimezone(SHANGHAI) + timedelta(days=30)).date()
    child = {"name": "王大宝", "id_number": number(f"610102{born.year - 18}{born:%m%d}001")}
    mandate = (await adds(parent, child)).json()
    assert mandate["expires_at"].startswith((born - timedelta(days=1)).isoformat())


async def test_both_parents_act_for_the_same_account(join, parent):
    other = await join("李芳")
    first, second = await asyncio.gather(adds(parent), adds(other))
    assert first.status_code == second.status_code == 201, (first.text, second.text)
    assert first.json()["principal"] == second.json()["principal"]
    assert type_of(await adds(parent)) == (409, "already-guardian")


async def test_a_ward_who_proves_who_they_are_ends_it_and_sees_what_was_done(parent, newcomer, another_phone):
    mandate = (await adds(parent)).json()
    phone = another_phone()
    child = await newcomer(phone)
    await child.verified(CHILD["name"], CHILD["id_number"])
    assert type_of(await parent.acts(mandate["id"])) == (403, "mandate-over")
    assert (await parent.told())[0] == "mandate_revoked_to_you"
    (mine,) = await child.mandates(side="agent")
    assert (mine["kind"], mine["principal"]["account_id"]) == ("owner", mandate["principal"]["account_id"])
    acting = await child.acting(mine["id"])
    assert acting.sub == mandate["principal"]["account_id"]
    again = (await adds(parent)).json()
    assert again["principal"]["account_id"] == child.id  # now it is their own account, and they are told
    assert (await child.told())[0] == "mandate_granted_by_you"
    await child.identity.running.run_jobs()
    assert (await child.identity.sandbox.messages(phone))[0]["template"] == "guardian_registered"


async def test_an_officer_who_saw_the_proof_registers_a_guardian_of_an_adult(identity, parent):
    answer = await at_window(identity, parent)
    assert answer.status_code == 201, answer.text
    assert (await parent.acts(answer.json()["id"])).status_code == 200
    (row,) = await identity.sql("SELECT proof, officer_id, window_code FROM mandate")
    assert (row["proof"], row["window_code"]) == ("window", "W-XC-01") and row["officer_id"]
    (audit,) = await identity.sql("SELECT actor, facts FROM audit_log WHERE action = 'mandate.guardian'")
    assert audit["actor"] == str(row["officer_id"]) and audit["facts"]["window"] == "W-XC-01"


async def test_an_officer_registers_nobody_of_their_own_name_and_only_at_their_windows(
    identity, parent, join, tmp_path
):
    logins = json.loads((tmp_path / "demo.json").read_text())
    (name,) = [one["name"] for one in logins if one.get("badge_no") == "XC-HUZHENG-1"]
    assert type_of(await at_window(identity, await join(name))) == (403, "own-matter")
    assert type_of(await at_window(identity, parent, {**ADULT, "name": name})) == (403, "own-matter")
    assert type_of(await at_window(identity, parent, badge="BL-JIAOJING-1")) == (403, "not-at-this-window")
    assert (await at_window(identity, parent, badge="XC-HUZHENG-AUX")).status_code == 403


async def test_nobody_is_their_own_guardian_and_names_must_be_right(identity, parent):
    own = {"name": parent.name, "id_number": parent.id_number}
    assert type_of(await at_window(identity, parent, own)) == (422, "not-for-oneself")
    assert (await at_window(identity, parent)).status_code == 201
    other = {**ADULT, "name": "王老六"}
    assert type_of(await at_window(identity, parent, other)) == (409, "kinship-not-confirmed")
