"""Officers: their queue, their decisions, and what is none of their business."""

from dataclasses import replace
from uuid import UUID

import pytest
from case_svc.domain.people import ERASED_NAME
from contracts.tokens import Role


async def test_the_queue_shows_the_unit_only_most_urgent_first_by_pages(world, make_item) -> None:
    item = make_item()
    cases = [await world.submitted(item) for _ in range(3)]
    async with world.uow() as uow:
        await uow.execute("UPDATE cases SET due_at = due_at - interval '1 day' WHERE id = $1", UUID(cases[2]))
    officer = world.officer()
    first = (await officer.get("/api/cases/queue?limit=2")).json()
    assert [case["id"] for case in first["items"]] == [cases[2], cases[0]]
    second = (await officer.get("/api/cases/queue", params={"limit": 2, "cursor": first["next"]})).json()
    assert [case["id"] for case in second["items"]] == [cases[1]] and second["next"] is None
    others = world.officer(unit="BL-HUZHENG")
    assert (await others.get("/api/cases/queue")).json()["items"] == []


async def test_the_queue_filters_by_state_and_forgets_what_needs_no_officer(world, make_item) -> None:
    item = make_item(steps=("accept", "review", "approve", "pay", "produce"))
    submitted = await world.submitted(item)
    accepted = await world.accepted(item)
    await world.approved(item)
    officer = world.officer()
    queue = (await officer.get("/api/cases/queue")).json()["items"]
    assert {case["id"] for case in queue} == {submitted, accepted}
    filtered = (await officer.get("/api/cases/queue?state=accepted")).json()["items"]
    assert [case["id"] for case in filtered] == [accepted]
    assert (await officer.get("/api/cases/queue?state=draft")).status_code == 422


@pytest.mark.parametrize(
    ("unit", "department"), [("BL-HUZHENG", "HUZHENG"), ("XC-CRJ", "CRJ"), ("XC-HUZHENG", "CRJ")]
)
async def test_other_units_and_departments_find_nothing(world, make_item, unit, department) -> None:
    case_id = await world.submitted(make_item())
    number = (await world.citizen.get(f"/api/cases/{case_id}")).json()["case_no"]
    stranger = world.officer(4, unit=unit, department=department, roles=(Role.OFFICER, Role.SUPERVISOR))
    for path in (f"/{case_id}", f"/{case_id}/timeline", f"/numbers/{number}"):
        assert (await stranger.get(f"/api/cases{path}")).status_code == 404
    for action, body in (
        ("accept", None), ("reject", {"reason": "x"}), ("decisions", {"decision": "approve"}),
        ("supplement-requests", {"lacking": [{"what": "x"}]}), ("produce", None), ("collect", None),
    ):  # fmt: skip
        assert (await stranger.post(f"/api/cases/{case_id}/{action}", body)).status_code == 404
    assert await world.state(case_id) == "submitted"


async def test_a_draft_is_no_officers_business(world, make_item) -> None:
    case_id = await world.draft(make_item())
    assert (await world.officer().get(f"/api/cases/{case_id}")).status_code == 404


async def test_an_auxiliary_looks_and_hands_over_but_never_decides(world, make_item) -> None:
    case_id = await world.submitted(make_item(steps=("accept", "review", "approve", "produce")))
    helper = world.officer(0, roles=(Role.AUXILIARY,))
    assert (await helper.get("/api/cases/queue")).status_code == 200
    assert (await helper.get(f"/api/cases/{case_id}")).status_code == 200
    for action, body in (
        ("accept", None), ("reject", {"reason": "x"}), ("decisions", {"decision": "approve"}),
        ("supplement-requests", {"lacking": [{"what": "x"}]}), ("produce", None),
    ):  # fmt: skip
        assert (await helper.post(f"/api/cases/{case_id}/{action}", body)).status_code == 403
    await world.officer().post(f"/api/cases/{case_id}/accept")
    await world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    await world.officer().post(f"/api/cases/{case_id}/produce")
    assert (await helper.post(f"/api/cases/{case_id}/collect")).json()["state"] == "completed"


async def test_a_denial_carries_reason_basis_and_remedy(world, make_item) -> None:
    case_id = await world.accepted(make_item())
    body = {
        "decision": "deny", "opinion": "内部意见", "reason": "材料不实", "legal_basis": "行政许可法第三十八条"
    }  # fmt: skip
    denied = await world.officer().post(f"/api/cases/{case_id}/decisions", body)
    assert denied.json()["state"] == "denied"
    told = (await world.citizen.get(f"/api/cases/{case_id}")).json()["details"]
    assert told["reason"] == "材料不实" and "行政复议" in told["remedy"] and "opinion" not in told
    seen = (await world.officer().get(f"/api/cases/{case_id}")).json()["details"]
    assert seen["opinion"] == "内部意见"
    async with world.uow() as uow:
        texts = await uow.fetch("SELECT texts FROM case_history WHERE texts IS NOT NULL")
    assert all("材料不实".encode() not in row["texts"] for row in texts)


async def test_a_denial_without_its_reasons_is_refused(world, make_item) -> None:
    case_id = await world.accepted(make_item())
    refused = await world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "deny"})
    assert refused.status_code == 422 and await world.state(case_id) == "accepted"


async def test_levels_need_rising_ranks_and_not_the_acceptor(world, make_item) -> None:
    case_id = await world.submitted(
        make_item(steps=("accept", "review", "approve", "produce"), approval_levels=2)
    )
    path, body = f"/api/cases/{case_id}/decisions", {"decision": "approve"}
    acceptor = world.officer(3)
    await acceptor.post(f"/api/cases/{case_id}/accept")
    assert (await acceptor.post(path, body)).status_code == 403
    assert (await world.officer(1).post(path, body)).status_code == 403
    first = await world.officer(2).post(path, body)
    assert (first.json()["state"], first.json()["levels_approved"]) == ("accepted", 1)
    refused = await world.officer(2).post(path, body)
    assert refused.status_code == 403 and refused.json()["level"] == 2
    assert (await world.officer(3).post(path, body)).json()["state"] == "in_production"
    reviewed = next(event for event in await world.emitted() if event.TYPE == "case.case.reviewed")
    assert (reviewed.level, reviewed.levels) == (1, 2)


async def test_a_second_supplement_request_needs_a_supervisors_reason(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    path, lacking = f"/api/cases/{case_id}/supplement-requests", {"lacking": [{"what": "照片"}]}
    supervisor = world.officer(3, roles=(Role.OFFICER, Role.SUPERVISOR))
    await world.officer().post(path, lacking)
    await world.citizen.post(f"/api/cases/{case_id}/supplements", {})
    assert (await world.officer().post(path, {**lacking, "reason": "还缺"})).status_code == 403
    assert (await supervisor.post(path, lacking)).status_code == 403
    again = await supervisor.post(path, {**lacking, "reason": "新证据表明照片系伪造"})
    assert again.json()["supplements"] == 2


async def test_a_decision_on_an_older_version_is_refused(world, make_item) -> None:
    case_id = await world.accepted(make_item())
    seen = int((await world.officer().get(f"/api/cases/{case_id}")).headers["etag"].strip('"'))
    path, body = f"/api/cases/{case_id}/decisions", {"decision": "approve"}
    stale = await world.officer().post(path, body, headers={"If-Match": f'"{seen - 1}"'})
    assert stale.status_code == 409 and await world.state(case_id) == "accepted"
    assert (await world.officer().post(path, body, headers={"If-Match": f'"{seen}"'})).status_code == 200


async def test_each_look_of_an_officer_is_kept_and_shown_to_the_applicant(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    officer = world.officer()
    await officer.get(f"/api/cases/{case_id}")
    await world.citizen.get(f"/api/cases/{case_id}")
    views = (await world.citizen.get(f"/api/cases/{case_id}/views")).json()
    assert [(view["viewer"], view["unit"], view["what"]) for view in views] == [
        (str(officer.id), "XC-HUZHENG", "case")
    ]
    assert (await officer.get(f"/api/cases/{case_id}/views")).status_code == 403


async def test_officers_see_who_applies_and_identity_is_asked_once(world, make_item) -> None:
    asked = []

    class Identity:
        async def find(self, account_id, *, officer_id=None):
            asked.append((account_id, officer_id))
            return {"name": "张三丰", "id_number": None, "phone": "138", "representative_name": None}

    case_id = await world.submitted(make_item())
    app_state = world.client._transport.app.state
    app_state.desk = replace(app_state.desk, people=Identity())
    officer = world.officer()
    for _ in range(2):
        seen = (await officer.get(f"/api/cases/{case_id}")).json()
        assert seen["applicant"]["name"] == "张三丰"
    assert asked == [(world.citizen.id, officer.id)]
    listed = (await officer.get("/api/cases/queue")).json()["items"][0]
    assert listed["applicant_masked"] == "张**"
    assert (await world.citizen.get(f"/api/cases/{case_id}")).json()["applicant"] is None


async def test_an_applicant_whose_account_was_erased_is_called_so(world, make_item) -> None:
    class Identity:
        async def find(self, account_id, *, officer_id=None):
            return {"name": ERASED_NAME, "id_number": None, "phone": None, "representative_name": None}

    case_id = await world.submitted(make_item())
    app_state = world.client._transport.app.state
    app_state.desk = replace(app_state.desk, people=Identity())
    seen = (await world.officer().get(f"/api/cases/{case_id}")).json()
    assert seen["applicant"]["name"] == "已注销用户"


async def test_a_case_opens_without_identity_too(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    seen = (await world.officer().get(f"/api/cases/{case_id}")).json()
    assert seen["answers"] == {"purpose": "办理入学"} and seen["applicant"] is None


async def test_a_case_is_found_by_the_number_people_quote(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    number = (await world.citizen.get(f"/api/cases/{case_id}")).json()["case_no"]
    for reader in (world.citizen, world.officer()):
        assert (await reader.get(f"/api/cases/numbers/{number}")).json()["id"] == case_id
    assert (await world.person().get(f"/api/cases/numbers/{number}")).status_code == 404
    assert (await world.citizen.get("/api/cases/numbers/whatever")).status_code == 422


async def test_leaders_of_the_department_sign_for_its_branches(world, make_item) -> None:
    case_id = await world.accepted(make_item(approval_levels=2))
    approve = {"decision": "approve", "opinion": "同意"}
    path = f"/api/cases/{case_id}/decisions"
    assert (await world.officer(2).post(path, approve)).json()["levels_approved"] == 1
    head = world.officer(2, unit="CITY-HUZHENG")
    assert (await head.post(path, approve)).status_code == 404
    elsewhere = world.officer(3, unit="CITY-JIAOJING", department="JIAOJING")
    assert (await elsewhere.post(path, approve)).status_code == 404
    leader = world.officer(3, unit="CITY-HUZHENG")
    assert (await leader.post(path, approve)).json()["decided_at"] is not None


async def test_leaders_of_the_department_see_the_queues_of_its_units(world, make_item) -> None:
    early, late = [await world.submitted(make_item()) for _ in range(2)]
    leader = world.officer(3, unit="CITY-HUZHENG")

    async def queue(who, **asked: str) -> list[str]:
        answer = await who.get("/api/cases/queue", params=asked)
        assert answer.status_code == 200, answer.text
        return [case["id"] for case in answer.json()["items"]]

    assert await queue(leader) == []
    assert await queue(leader, unit="XC-HUZHENG") == await queue(leader, unit="all") == [early, late]
    page = (await leader.get("/api/cases/queue?unit=all&limit=1")).json()
    assert await queue(leader, unit="all", cursor=page["next"]) == [late]
    refused = await world.officer(2).get("/api/cases/queue?unit=all")
    assert refused.status_code == 403 and refused.json()["type"] == "/problems/other-units-queue"
