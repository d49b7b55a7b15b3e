"""Further assignments: who gives them, what tokens say of them, and how they end."""

import asyncio
from datetime import timedelta

import pytest
from chassis.clock import now
from chassis.testing import bearer
from contracts.tokens import Role, Scope

DEMO = "demo-password-of-the-tests"


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


async def log_in(identity, badge):
    answer = await identity.post("/sessions", {"badge_no": badge, "password": DEMO})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def token_of(identity, badge):
    return (await log_in(identity, badge))["access_token"]


async def id_of(identity, badge):
    (row,) = await identity.sql("SELECT id FROM officer WHERE badge_no = $1", badge)
    return row["id"]


async def grant(identity, by, badge, **fields):
    path = f"/officers/{await id_of(identity, badge)}/scopes"
    return await identity.post(path, {"role": "officer", **fields}, await token_of(identity, by))


async def scopes_in_token(identity, badge):
    return (await identity.running.service.verifier.verify(await token_of(identity, badge))).claims.scopes


async def test_the_next_token_carries_what_was_assigned_and_the_officer_is_told(identity):
    session = await log_in(identity, "XC-HUZHENG-1")
    granted = await grant(identity, "HUZHENG-S", "XC-HUZHENG-1", unit="BL-HUZHENG")
    assert granted.status_code == 201, granted.text
    refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    token = refreshed.json()["access_token"]
    claims = (await identity.running.service.verifier.verify(token)).claims
    assert claims.scopes == (Scope(role=Role.OFFICER, unit="BL-HUZHENG"),) and claims.unit == "XC-HUZHENG"
    assert [one["unit"] for one in (await identity.get("/me/scopes", token)).json()] == ["BL-HUZHENG"]
    (told,) = (await identity.get("/me/messages", token)).json()["items"]
    assert told["kind"] == "scope_granted" and "碑林分局" in told["text"] and "民警" in told["text"]
    (row,) = await identity.sql("SELECT * FROM audit_log WHERE action = 'officer.grant_scope'")
    assert row["facts"] == {"role": "officer", "place": "BL-HUZHENG"}


async def test_withdrawn_it_ends_the_sessions_that_carry_it(identity):
    granted = (await grant(identity, "HUZHENG-S", "XC-HUZHENG-1", unit="BL-HUZHENG")).json()
    session = await log_in(identity, "XC-HUZHENG-1")
    path = f"/api/identity/officers/{await id_of(identity, 'XC-HUZHENG-1')}/scopes/{granted['id']}"
    headers = bearer(await token_of(identity, "HUZHENG-S"))
    assert (await identity.client.delete(path, headers=headers)).status_code == 204
    assert (await identity.client.delete(path, headers=headers)).status_code == 404
    refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert refreshed.status_code == 401
    assert await scopes_in_token(identity, "XC-HUZHENG-1") == ()


async def test_it_ends_by_itself_and_with_a_new_post(identity):
    soon = (now() + timedelta(days=1)).isoformat()
    await grant(identity, "OPERATOR-1", "XC-HUZHENG-1", unit="BL-HUZHENG", until=soon)
    assert len(await scopes_in_token(identity, "XC-HUZHENG-1")) == 1
    await identity.sql("UPDATE officer_scope SET until = now()")
    assert await scopes_in_token(identity, "XC-HUZHENG-1") == ()
    await grant(identity, "OPERATOR-1", "XC-HUZHENG-1", department="JIAOJING")
    assert len(await scopes_in_token(identity, "XC-HUZHENG-1")) == 1
    headers = bearer(await token_of(identity, "OPERATOR-1"))
    path = f"/api/identity/officers/{await id_of(identity, 'XC-HUZHENG-1')}"
    for change, left in (({"version": 1, "rank": 2}, 1), ({"version": 2, "unit": "BL-HUZHENG"}, 0)):
        assert (await identity.client.patch(path, json=change, headers=headers)).status_code == 200
        assert len(await scopes_in_token(identity, "XC-HUZHENG-1")) == left


REFUSED = [
    ("HUZHENG-S", "XC-HUZHENG-1", {"unit": "BL-JIAOJING"}, 403),
    ("HUZHENG-S", "XC-HUZHENG-1", {"branch": "BL"}, 403),
    ("HUZHENG-S", "XC-HUZHENG-1", {}, 403),
    ("HUZHENG-S", "XC-HUZHENG-1", {"role": "supervisor", "unit": "BL-HUZHENG"}, 403),
    ("HUZHENG-S", "HUZHENG-S", {"unit": "BL-HUZHENG"}, 403),
    ("HUZHENG-S", "XC-JIAOJING-1", {"unit": "BL-HUZHENG"}, 404),
    ("XC-HUZHENG-2", "XC-HUZHENG-1", {"unit": "BL-HUZHENG"}, 403),
    ("OPERATOR-1", "XC-HUZHENG-1", {"unit": "XC-NOWHERE"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-1", {"department": "NOWHERE"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-1", {"branch": "NOWHERE"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-1", {"unit": "BL-HUZHENG", "branch": "BL"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-1", {"role": "operator"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-1", {"role": "auxiliary", "unit": "BL-HUZHENG"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-AUX", {"role": "officer", "unit": "BL-HUZHENG"}, 422),
    ("OPERATOR-1", "CATALOG-1", {"unit": "BL-HUZHENG"}, 422),
    ("OPERATOR-1", "XC-HUZHENG-1", {"unit": "BL-HUZHENG", "until": "2020-01-01T00:00:00Z"}, 422),
]


async def test_what_cannot_be_assigned_is_refused(identity, subtests):
    for by, badge, fields, status in REFUSED:
        with subtests.test(f"{by} {badge} {fields}"):
            answer = await grant(identity, by, badge, **fields)
            assert answer.status_code == status, answer.text
    assert await identity.sql("SELECT 1 FROM officer_scope") == []


async def test_an_auxiliary_may_assist_elsewhere(identity):
    granted = await grant(identity, "HUZHENG-S", "XC-HUZHENG-AUX", role="auxiliary", unit="BL-HUZHENG")
    assert granted.status_code == 201


async def test_the_same_twice_is_said_to_be_held_even_at_once(identity):
    by = await token_of(identity, "OPERATOR-1")
    path, body = (
        f"/officers/{await id_of(identity, 'XC-HUZHENG-1')}/scopes",
        {"role": "officer", "branch": "BL"},
    )
    answers = await asyncio.gather(*(identity.post(path, body, by) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
