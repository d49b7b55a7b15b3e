"""Officers: created by administrators, transferred by supervisors, at work with a password."""

from collections import Counter
from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.identity import OfficerAssigned
from contracts.tokens import Role

DEMO = "demo-password-of-the-tests"


@pytest.fixture
async def identity(start_identity, tmp_path):
    return await start_identity(demo_accounts_file=tmp_path / "demo.json", demo_password=DEMO)


async def log_in(identity, badge_no, password=DEMO):
    answer = await identity.post("/sessions", {"badge_no": badge_no, "password": password})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def token_of(identity, badge_no):
    return (await log_in(identity, badge_no))["access_token"]


async def listed(identity, token, **filters):
    return (await identity.get("/officers", token, **filters)).json()["items"]


async def officer(identity, badge_no):
    everybody = await listed(identity, await token_of(identity, "OPERATOR-1"), limit=500)
    return next(one for one in everybody if one["badge_no"] == badge_no)


async def change(identity, token, one, **fields):
    body = {"version": one["version"], **fields}
    return await identity.client.patch(
        f"/api/identity/officers/{one['officer_id']}", json=body, headers=bearer(token)
    )


async def assignments(identity, officer_id):
    return [
        event
        for event in await identity.running.emitted()
        if isinstance(event, OfficerAssigned) and str(event.officer_id) == officer_id
    ]


async def test_an_officers_token_says_their_post(identity):
    session = await log_in(identity, "xc-huzheng-2")
    claims = (await identity.running.service.verifier.verify(session["access_token"])).claims
    assert (claims.unit, claims.department, claims.rank) == ("XC-HUZHENG", "HUZHENG", 2)
    assert claims.roles == (Role.OFFICER,)
    assert session["refresh_expires_in"] == 4 * 3600 and not session["password_change_required"]
    me = (await identity.get("/me", session["access_token"])).json()
    assert (me["kind"], me["badge_no"], me["branch"]) == ("officer", "XC-HUZHENG-2", "XC")
    assert me["name"][1:] in ("*", "**")


async def test_a_wrong_password_and_an_unknown_badge_look_alike(identity):
    answers = [
        await identity.post("/sessions", {"badge_no": badge, "password": "wrong horse"})
        for badge in ("XC-HUZHENG-1", "NOBODY-1")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].json() | {"request_id": 0} == answers[1].json() | {"request_id": 0}


async def test_a_supervisor_sees_their_department_only(identity):
    token = await token_of(identity, "HUZHENG-S")
    officers = await listed(identity, token)
    assert {one["department"] for one in officers} == {"HUZHENG"} and len(officers) == 10
    in_unit = await listed(identity, token, unit="BL-HUZHENG")
    assert [one["badge_no"] for one in in_unit] == ["BL-HUZHENG-1", "BL-HUZHENG-2"]
    assert await listed(identity, token, unit="BL-JIAOJING") == []
    stranger = await officer(identity, "BL-JIAOJING-1")
    answer = await identity.get(f"/officers/{stranger['officer_id']}", token)
    assert answer.status_code == 404


async def test_pages_of_officers_follow_each_other(identity):
    token, seen, cursor = await token_of(identity, "OPERATOR-1"), [], None
    while True:
        params = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        answer = (await identity.get("/officers", token, **params)).json()
        seen += [one["badge_no"] for one in answer["items"]]
        if (cursor := answer["next"]) is None:
            break
    assert seen == sorted(seen) and len(seen) == 2 * 6 + 1 + 3 * 2 + 2 + 6


@pytest.mark.parametrize("badge", ["XC-HUZHENG-2", "XC-HUZHENG-AUX", "CATALOG-1"])
async def test_others_see_no_officers(identity, badge):
    assert (await identity.get("/officers", await token_of(identity, badge))).status_code == 403


async def test_a_transfer_is_told_and_ends_the_officers_sessions(identity):
    session = await log_in(identity, "XC-HUZHENG-1")
    one = await officer(identity, "XC-HUZHENG-1")
    supervisor = await token_of(identity, "HUZHENG-S")
    moved = await change(identity, supervisor, one, unit="BL-HUZHENG")

    assert (moved.status_code, moved.json()["branch"], moved.json()["version"]) == (200, "BL", 2)
    last = (await assignments(identity, one["officer_id"]))[-1]
    assert (last.unit, last.branch, last.active) == ("BL-HUZHENG", "BL", True)
    refresh = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert refresh.status_code == 401
    claims = (await identity.running.service.verifier.verify(await token_of(identity, "XC-HUZHENG-1"))).claims
    assert claims.unit == "BL-HUZHENG"


async def test_a_supervisor_cannot_move_people_out_of_the_department_or_promote_them(identity):
    one, supervisor = await officer(identity, "XC-HUZHENG-1"), await token_of(identity, "HUZHENG-S")
    for fields in ({"unit": "XC-JIAOJING"}, {"rank": 4}, {"roles": ["supervisor"]}, {"active": False}):
        answer = await change(identity, supervisor, one, **fields)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/outside-authority")
    assert len(await assignments(identity, one["officer_id"])) == 1


async def test_nobody_changes_themselves(identity):
    one, token = await officer(identity, "OPERATOR-1"), await token_of(identity, "OPERATOR-1")
    assert (await change(identity, token, one, roles=["operator", "catalog_editor"])).status_code == 403


async def test_of_two_changes_at_once_one_is_told_to_reload(identity):
    one, token = await officer(identity, "XC-HUZHENG-1"), await token_of(identity, "OPERATOR-1")
    assert (await change(identity, token, one, rank=2)).status_code == 200
    late = await change(identity, token, one, rank=3)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/officer-changed")
    assert late.json()["current_version"] == 2


async def test_who_left_can_no_longer_log_in_or_refresh(identity):
    session = await log_in(identity, "XC-HUZHENG-1")
    one, token = await officer(identity, "XC-HUZHENG-1"), await token_of(identity, "OPERATOR-1")
    assert (await change(identity, token, one, active=False)).status_code == 200

    assert (await assignments(identity, one["officer_id"]))[-1].active is False
    answer = await identity.post("/sessions", {"badge_no": "XC-HUZHENG-1", "password": DEMO})
    assert answer.status_code == 401
    refresh = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert refresh.status_code == 401


async def test_a_new_officer_can_only_change_the_initial_password(identity):
    token = await token_of(identity, "OPERATOR-1")
    body = {
        "badge_no": "xc-huzheng-9",
        "name": "赵一鸣",
        "unit": "XC-HUZHENG",
        "rank": 1,
        "roles": ["officer"],
    }
    made = await identity.post("/officers", body, token)
    assert made.status_code == 201
    initial = made.json()["initial_password"]
    officer_id = made.json()["officer"]["officer_id"]
    assert len(await assignments(identity, officer_id)) == 1
    (row,) = await identity.sql("SELECT subject FROM audit_log WHERE action = 'officer.create'")
    assert row["subject"] == officer_id

    session = await log_in(identity, "XC-HUZHENG-9", initial)
    assert session["password_change_required"] and session["roles"] == []
    assert (await identity.get("/me", session["access_token"])).json()["badge_no"] == "XC-HUZHENG-9"
    assert (await identity.get("/officers", session["access_token"])).status_code == 403
    own = {"current_password": initial, "new_password": "a password of my own"}
    headers = bearer(session["access_token"])
    assert (await identity.client.put("/api/identity/password", json=own, headers=headers)).status_code == 204
    refreshed = await identity.post("/sessions/refresh", {"refresh_token": session["refresh_token"]})
    assert refreshed.json()["roles"] == ["officer"]


IMPOSSIBLE = [
    ({"badge_no": "XC-HUZHENG-1"}, 409),
    ({"unit": "XC-NOWHERE"}, 422),
    ({"unit": None}, 422),
    ({"rank": 0}, 422),
    ({"rank": 5}, 422),
    ({"roles": []}, 422),
    ({"roles": ["citizen"]}, 422),
    ({"roles": ["service"]}, 422),
    ({"roles": ["officer", "auxiliary"]}, 422),
    ({"name": "赵"}, 422),
    ({"badge_no": "警号"}, 422),
]


async def test_impossible_officers_are_refused(identity, subtests):
    for fields, status in IMPOSSIBLE:
        with subtests.test(str((fields, status))[:80]):
            token = await token_of(identity, "OPERATOR-1")
            body = {
                "badge_no": "XC-9",
                "name": "赵一鸣",
                "unit": "XC-HUZHENG",
                "rank": 1,
                "roles": ["officer"],
            }
            answer = await identity.post("/officers", body | fields, token)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"


async def test_only_an_administrator_creates_officers(identity):
    body = {"badge_no": "XC-9", "name": "赵一鸣", "unit": "XC-HUZHENG", "rank": 1, "roles": ["officer"]}
    for badge in ("HUZHENG-S", "XC-HUZHENG-2", "CATALOG-1"):
        assert (await identity.post("/officers", body, await token_of(identity, badge))).status_code == 403


async def test_an_unknown_officer_is_not_found(identity):
    token = await token_of(identity, "OPERATOR-1")
    assert (await identity.get(f"/officers/{uuid4()}", token)).status_code == 404
    assert (await identity.get("/officers/x", token)).status_code == 422


async def test_names_are_sealed_at_rest(identity):
    rows = await identity.sql("SELECT name FROM officer")
    assert all(row["name"][:1] == b"\x01" for row in rows)


async def test_staff_hold_no_post_that_others_are_told_of(identity):
    events = [event for event in await identity.running.emitted() if isinstance(event, OfficerAssigned)]
    assert Counter(event.rank for event in events) == {0: 1, 1: 6, 2: 8, 3: 2, 4: 2}
