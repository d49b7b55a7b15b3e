"""Accounts of partners' engineers: created and closed by operators, and good for nothing of ours."""

import pytest
from chassis.testing import bearer
from contracts.identity import OfficerAssigned
from contracts.tokens import Role

DEMO = "demo-password-of-the-tests"
OWN = "一家银行的工程师-2026"


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


async def log_in(identity, badge_no, password=DEMO):
    return await identity.post("/sessions", {"badge_no": badge_no, "password": password})


async def operator(identity):
    return (await log_in(identity, "OPERATOR-1")).json()["access_token"]


def engineer(**fields):
    body = {"badge_no": "CCB-ENG-7", "name": "钱工", "rank": 0, "roles": ["partner"], "partner": "ccb"}
    return body | fields


async def created(identity):
    answer = await identity.post("/officers", engineer(), await operator(identity))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_an_engineer_sets_a_password_and_their_token_names_their_partner(identity):
    made = await created(identity)
    assert made["officer"]["partner"] == "ccb"
    first = (await log_in(identity, "CCB-ENG-7", made["initial_password"])).json()
    assert first["password_change_required"] and first["roles"] == []
    changed = await identity.client.put(
        "/api/identity/password",
        json={"current_password": made["initial_password"], "new_password": OWN},
        headers=bearer(first["access_token"]),
    )
    assert changed.status_code < 300, changed.text

    session = (await log_in(identity, "CCB-ENG-7", OWN)).json()
    claims = (await identity.running.service.verifier.verify(session["access_token"])).claims
    assert (claims.roles, claims.partner, claims.unit) == ((Role.PARTNER,), "ccb", None)
    assert (await identity.get("/me", session["access_token"])).json()["partner"] == "ccb"


async def test_nobody_is_told_of_an_engineer_as_of_an_officer(identity):
    before = len(await identity.running.emitted())
    await created(identity)
    new = (await identity.running.emitted())[before:]
    assert not [event for event in new if isinstance(event, OfficerAssigned)]


async def test_a_closed_account_lets_nobody_in_and_ends_their_sessions(identity):
    session = (await log_in(identity, "PARTNER-EMS")).json()
    token = await operator(identity)
    page = (await identity.get("/officers", token, limit=500)).json()["items"]
    one = next(found for found in page if found["badge_no"] == "PARTNER-EMS")
    closed = await identity.client.patch(
        f"/api/identity/officers/{one['officer_id']}",
        json={"version": one["version"], "active": False},
        headers=bearer(token),
    )
    assert closed.status_code == 200, closed.text
    assert (await log_in(identity, "PARTNER-EMS")).status_code == 401
    again = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert again.status_code == 401


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"partner": "C C B"}, "/partner"),
        ({"partner": None}, "/roles"),
        ({"roles": ["partner", "operator"]}, "/roles"),
        ({"roles": ["operator"]}, "/roles"),
        ({"unit": "XC-HUZHENG"}, "/unit"),
        ({"rank": 2}, "/unit"),
    ],
)
async def test_an_engineer_is_a_partners_and_nothing_besides(identity, fields, place):
    answer = await identity.post("/officers", engineer(**fields), await operator(identity))
    assert answer.status_code == 422
    assert place in [wrong["path"] for wrong in answer.json()["errors"]]


async def test_an_engineer_becomes_nothing_else_and_nobody_becomes_one(identity):
    token = await operator(identity)
    page = (await identity.get("/officers", token, limit=500)).json()["items"]
    for badge, roles in (("PARTNER-SF", ["operator"]), ("XC-HUZHENG-1", ["partner"])):
        one = next(found for found in page if found["badge_no"] == badge)
        answer = await identity.client.patch(
            f"/api/identity/officers/{one['officer_id']}",
            json={"version": one["version"], "roles": roles},
            headers=bearer(token),
        )
        assert answer.status_code == 422, badge
