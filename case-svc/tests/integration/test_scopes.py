"""Officers who are assigned elsewhere too: what that opens, and what it does not."""

from uuid import uuid4

import pytest
from contracts.tokens import Role

HERE = {"unit": "BL-CRJ", "department": "CRJ", "rank": 1}


@pytest.fixture
def lent(world):
    """An officer of another department's unit, with further assignments."""

    def make(*scopes, roles=(Role.OFFICER,), **claims):
        officer = uuid4()
        given = [{"role": role, **place} for role, place in scopes]
        token = world.tokens.mint(officer, roles, **{**HERE, **claims}, scopes=given)
        return type(world.citizen)(world, token, officer)

    return make


@pytest.mark.parametrize(
    "place", [{"unit": "XC-HUZHENG"}, {"department": "HUZHENG"}, {"branch": "XC"}, {}], ids=str
)
async def test_an_assigned_officer_reads_and_decides_there(world, make_item, lent, place) -> None:
    case_id = await world.submitted(make_item())
    officer = lent((Role.OFFICER, place))
    assert (await officer.get(f"/api/cases/{case_id}")).status_code == 200
    assert (await officer.get(f"/api/cases/{case_id}/timeline")).status_code == 200
    queue = (await officer.get("/api/cases/queue?unit=XC-HUZHENG")).json()["items"]
    assert [case["id"] for case in queue] == [case_id]
    assert (await officer.post(f"/api/cases/{case_id}/claim")).status_code == 200
    mine = (await officer.get("/api/cases/queue?claimed=mine")).json()["items"]
    assert [case["id"] for case in mine] == [case_id]
    assert (await officer.post(f"/api/cases/{case_id}/accept")).status_code == 200
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert [(seen["unit"], seen["by_exception"]) for seen in views] == [("BL-CRJ", False)]


@pytest.mark.parametrize(
    "place", [{"unit": "BL-HUZHENG"}, {"department": "JIAOJING"}, {"branch": "BL"}], ids=str
)
async def test_an_assignment_elsewhere_opens_nothing_here(world, make_item, lent, place) -> None:
    case_id = await world.submitted(make_item())
    officer = lent((Role.OFFICER, place))
    assert (await officer.get(f"/api/cases/{case_id}")).status_code == 404
    assert (await officer.post(f"/api/cases/{case_id}/accept")).status_code == 404
    assert (await officer.get("/api/cases/queue?unit=XC-HUZHENG")).status_code == 403


async def test_an_auxiliary_assists_elsewhere_and_decides_nowhere(world, make_item, lent) -> None:
    case_id = await world.submitted(make_item(steps=("accept", "review", "approve", "produce")))
    helper = lent((Role.AUXILIARY, {"unit": "XC-HUZHENG"}), roles=(Role.AUXILIARY,), rank=0)
    forged = lent((Role.OFFICER, {"unit": "XC-HUZHENG"}), roles=(Role.AUXILIARY,), rank=0)
    assert (await helper.get(f"/api/cases/{case_id}")).status_code == 200
    assert (await forged.get(f"/api/cases/{case_id}")).status_code == 404
    for action, body in (
        ("accept", None), ("reject", {"reason": "x"}), ("decisions", {"decision": "approve"}), ("produce", None),
        ("supplement-requests", {"lacking": [{"what": "x"}]}), ("claim", None), ("release", None),
        ("break-glass", {"reason": "群众来电求助核对进度"}),
    ):  # fmt: skip
        for auxiliary in (helper, forged):
            assert (await auxiliary.post(f"/api/cases/{case_id}/{action}", body)).status_code == 403


async def test_who_supervises_at_home_does_not_where_they_help_out(world, make_item, lent) -> None:
    case_id = await world.submitted(make_item())
    path, lacking = f"/api/cases/{case_id}/supplement-requests", {"lacking": [{"what": "照片"}]}
    await world.officer().post(path, lacking)
    await world.citizen.post(f"/api/cases/{case_id}/supplements", {})
    again = {**lacking, "reason": "新证据表明照片系伪造"}
    at_home = lent((Role.OFFICER, {"unit": "XC-HUZHENG"}), roles=(Role.OFFICER, Role.SUPERVISOR))
    assert (await at_home.post(path, again)).status_code == 403
    holder = world.officer()
    await holder.post(f"/api/cases/{case_id}/claim")
    assert (await at_home.post(f"/api/cases/{case_id}/release")).status_code == 409
    assigned = lent((Role.SUPERVISOR, {"department": "HUZHENG"}))
    assert (await assigned.post(f"/api/cases/{case_id}/release")).status_code == 200
    assert (await assigned.post(path, again)).status_code == 200


async def test_documents_are_revoked_by_supervisors_of_their_unit_only(world, make_item, lent) -> None:
    case_id = await world.approved(make_item())
    (document,) = (await world.citizen.get("/api/documents")).json()["items"]
    path, body = f"/api/documents/{document['id']}/revocation", {"reason": "出具有误，须重新办理"}
    for officer, status in (
        (world.officer(), 403),
        (lent((Role.OFFICER, {"unit": "XC-HUZHENG"}), roles=(Role.OFFICER, Role.SUPERVISOR)), 403),
        (lent((Role.SUPERVISOR, {"unit": "BL-HUZHENG"})), 404),
        (lent((Role.SUPERVISOR, {"unit": "XC-HUZHENG"})), 200),
    ):
        assert (await officer.post(path, body)).status_code == status
    assert await world.state(case_id) == "completed"
