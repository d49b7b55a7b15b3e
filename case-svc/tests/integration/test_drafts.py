"""Drafts and their autosave."""

import asyncio
from uuid import UUID

import pytest
from chassis.clock import now
from contracts.catalog import ItemRetired


@pytest.fixture
async def draft(world, make_item) -> str:
    return await world.draft(make_item())


async def test_a_draft_is_pinned_to_the_version_offered(world, make_item) -> None:
    await world.publish(make_item(), make_item(version=2))
    answer = await world.citizen.post("/api/cases", {"item_code": "HUZHENG-101"})
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/cases/{answer.json()['id']}"
    assert answer.json()["item_version"] == 2 and answer.json()["state"] == "draft"


async def test_autosave_takes_incomplete_answers_and_counts_versions(world, draft) -> None:
    saved = await world.citizen.put(
        f"/api/cases/{draft}/answers", {"answers": {"half": ["ty"]}}, headers={"If-Match": '"1"'}
    )
    assert saved.json() == {"version": 2} and saved.headers["etag"] == '"2"'
    read = await world.citizen.get(f"/api/cases/{draft}/answers")
    assert read.json() == {"answers": {"half": ["ty"]}, "version": 2}


async def test_a_patch_changes_only_what_it_names(world, draft) -> None:
    path = f"/api/cases/{draft}/answers"
    body = {"answers": {"more": 1, "purpose": None}, "version": 1}
    assert (await world.citizen.call("PATCH", path, json=body)).status_code == 200
    assert (await world.citizen.get(path)).json() == {"answers": {"more": 1}, "version": 2}


async def test_a_stale_save_is_refused_and_changes_nothing(world, draft) -> None:
    path = f"/api/cases/{draft}/answers"
    await world.citizen.put(path, {"answers": {"purpose": "一"}, "version": 1})
    by_header = await world.citizen.put(path, {"answers": {}}, headers={"If-Match": '"1"'})
    assert by_header.status_code == 412 and by_header.json()["answers_version"] == 2
    by_body = await world.citizen.put(path, {"answers": {}, "version": 1})
    assert by_body.status_code == 409 and by_body.json()["answers_version"] == 2
    patched = await world.citizen.call("PATCH", path, json={"answers": {}, "version": 1})
    assert patched.status_code == 409
    assert (await world.citizen.get(path)).json()["answers"] == {"purpose": "一"}


async def test_a_save_without_a_version_is_refused(world, draft) -> None:
    answer = await world.citizen.put(f"/api/cases/{draft}/answers", {"answers": {}})
    assert answer.status_code == 428
    bad = await world.citizen.put(
        f"/api/cases/{draft}/answers", {"answers": {}}, headers={"If-Match": '"one"'}
    )
    assert bad.status_code == 422


async def test_answers_lie_sealed_in_the_database(world, draft) -> None:
    async with world.uow() as uow:
        sealed = await uow.fetchval("SELECT answers FROM case_form WHERE case_id = $1", UUID(draft))
    assert "办理入学".encode() not in sealed


async def test_a_submitted_case_cannot_be_edited(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    saved = await world.citizen.put(f"/api/cases/{case_id}/answers", {"answers": {}, "version": 1})
    assert saved.status_code == 409 and saved.json()["current_state"] == "submitted"
    assert (await world.citizen.call("DELETE", f"/api/cases/{case_id}")).status_code == 409
    assert (await world.citizen.call("PATCH", f"/api/cases/{case_id}", json={})).status_code == 409


async def test_a_deleted_draft_is_gone_with_its_files(world, make_item, make_upload, pdf) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf)
    assert (await world.citizen.call("DELETE", f"/api/cases/{case_id}")).status_code == 204
    assert (await world.citizen.get(f"/api/cases/{case_id}")).status_code == 404
    assert await world.run_jobs() == 1
    async with world.uow() as uow:
        for table in ("cases", "case_form", "case_material"):
            assert await uow.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_the_list_shows_only_my_cases_newest_first_by_pages(world, make_item) -> None:
    item = make_item()
    mine = [await world.draft(item) for _ in range(3)]
    await world.draft(item, world.person())
    first = (await world.citizen.get("/api/cases?limit=2")).json()
    assert [case["id"] for case in first["items"]] == mine[:0:-1]
    second = (await world.citizen.get("/api/cases", params={"limit": 2, "cursor": first["next"]})).json()
    assert [case["id"] for case in second["items"]] == mine[:1] and second["next"] is None


async def test_the_list_filters_by_state(world, make_item) -> None:
    await world.draft(make_item())
    submitted = await world.submitted(make_item())
    listed = (await world.citizen.get("/api/cases?state=submitted&state=accepted")).json()["items"]
    assert [case["id"] for case in listed] == [submitted]
    assert listed[0]["state_text"] == "已提交，待受理" and listed[0]["case_no"].startswith("XA")


async def test_an_item_for_others_is_refused(world, make_item) -> None:
    await world.publish(make_item(applicant="enterprise"))
    body = {"item_code": "HUZHENG-101"}
    refused = await world.citizen.post("/api/cases", body)
    assert refused.status_code == 403 and refused.json()["type"].endswith("applicant-not-served")
    assert (await world.person(company=True).post("/api/cases", body)).status_code == 201


async def test_unknown_and_retired_items_are_told_apart(world, make_item) -> None:
    assert (await world.citizen.post("/api/cases", {"item_code": "HUZHENG-999"})).status_code == 404
    await world.publish(make_item())
    await world.deliver(ItemRetired(item_code="HUZHENG-101", item_version=1, retired_at=now()))
    answer = await world.citizen.post("/api/cases", {"item_code": "HUZHENG-101"})
    assert answer.status_code == 409 and answer.json()["type"].endswith("item-retired")


async def test_a_retirement_before_its_publication_is_parked(world) -> None:
    await world.deliver(ItemRetired(item_code="HUZHENG-101", item_version=1, retired_at=now()))
    assert len(await world.parked()) == 1


async def test_a_wrong_place_is_refused_with_the_options(world, make_item) -> None:
    await world.publish(make_item())
    answer = await world.citizen.post("/api/cases", {"item_code": "HUZHENG-101", "branch": "ZZ"})
    assert answer.status_code == 422
    assert [option["branch"] for option in answer.json()["options"]] == ["BL", "XC"]


async def test_the_place_can_be_chosen_later(world, make_item) -> None:
    await world.publish(make_item(handled_at="window"))
    case_id = (await world.citizen.post("/api/cases", {"item_code": "HUZHENG-101"})).json()["id"]
    changed = await world.citizen.call("PATCH", f"/api/cases/{case_id}", json={"window": "W-XC-01"})
    assert (changed.json()["branch"], changed.json()["window"]) == ("XC", "W-XC-01")


async def test_a_draft_can_be_moved_to_the_new_version(world, make_item, make_schema) -> None:
    case_id = await world.draft(make_item())
    schema = make_schema({"reason": {"type": "string", "title": "事由"}})
    await world.publish(make_item(version=2, form_schema=schema))
    await world.deliver(ItemRetired(item_code="HUZHENG-101", item_version=1, retired_at=now(), replaced_by=2))
    refused = await world.citizen.post(f"/api/cases/{case_id}/submit")
    assert refused.status_code == 409 and refused.json()["current_version"] == 2
    assert {(entry["path"], entry["change"]) for entry in refused.json()["differences"]} == {
        ("/form/reason", "added"), ("/form/purpose", "removed")
    }  # fmt: skip
    moved = await world.citizen.post(f"/api/cases/{case_id}/item-version")
    assert moved.json()["item_version"] == 2
    wrong = await world.citizen.post(f"/api/cases/{case_id}/submit")
    assert {error["path"] for error in wrong.json()["errors"]} == {"/answers/reason", "/answers/purpose"}


async def test_submitted_cases_go_on_with_their_retired_version(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    await world.publish(make_item(version=2, steps=("accept", "review", "approve", "produce", "deliver")))
    await world.deliver(ItemRetired(item_code="HUZHENG-101", item_version=1, retired_at=now(), replaced_by=2))
    await world.officer().post(f"/api/cases/{case_id}/accept")
    await world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    assert await world.state(case_id) == "completed"


@pytest.mark.parametrize(("headers", "lost"), [({"If-Match": '"1"'}, 412), ({}, 409)])
async def test_of_autosaves_at_once_one_is_kept_and_the_others_know(world, make_item, headers, lost) -> None:
    case_id = await world.draft(make_item())
    saves = [
        world.citizen.put(
            f"/api/cases/{case_id}/answers", {"answers": {"purpose": str(n)}, "version": 1}, headers=headers
        )
        for n in range(4)
    ]
    answers = await asyncio.gather(*saves)
    assert sorted(answer.status_code for answer in answers) == [200, lost, lost, lost]
    refused = next(answer for answer in answers if answer.status_code == lost).json()
    assert (refused["type"], refused["answers_version"]) == ("/problems/stale-answers", 2)
