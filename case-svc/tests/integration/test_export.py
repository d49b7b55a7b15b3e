"""All that case-svc keeps of an applicant, for their own export."""

from uuid import uuid4

import pytest
from chassis.testing import bearer


@pytest.fixture
def as_identity(world):
    return bearer(world.tokens.service("identity-svc"))


async def test_answers_history_files_and_viewers_are_handed_out(
    world, make_item, make_upload, pdf, as_identity
):
    item = make_item(materials=(make_upload("m1"),))
    case_id = await world.draft(item)
    uploaded = await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1&name=户口簿.pdf", content=pdf)
    assert uploaded.status_code == 201
    assert (await world.citizen.post(f"/api/cases/{case_id}/submit")).status_code == 200
    await world.officer().get(f"/api/cases/{case_id}")
    path = f"/internal/people/{world.citizen.id}/export"
    page = (await world.client.get(path, headers=as_identity)).json()
    (record,), (file,) = page["records"], page["files"]
    assert page["next"] is None and record["section"] == "cases"
    assert record["data"]["answers"] == {"purpose": "办理入学"}
    assert [step["action"] for step in record["data"]["history"]] == ["submit"]
    assert [view["what"] for view in record["data"]["viewed_by"]] == ["case"]
    assert record["data"]["materials"][0]["name"] == "户口簿.pdf"
    assert file["path"].startswith("cases/") and file["path"].endswith("-户口簿.pdf")
    content = await world.client.get(f"{path}/files/{file['id']}", headers=as_identity)
    assert content.content == pdf
    assert "applicant_id" not in record["data"]


async def test_who_acted_for_whom_is_handed_out_to_both_and_the_others_data_to_nobody(
    world, make_item, as_identity
):
    agent = world.agent_of(world.citizen)
    case_id = await world.submitted(make_item(), agent)
    found = {}
    for who in (world.citizen, agent):
        page = await world.client.get(f"/internal/people/{who.id}/export", headers=as_identity)
        found[who] = page.json()["records"]
    (mine,) = found[world.citizen]
    assert {(one["what"], one["acted_by"]) for one in mine["data"]["acted_by"]} == {
        ("opened", str(agent.id)), ("submitted", str(agent.id)),
    }  # fmt: skip
    assert {one["section"] for one in found[agent]} == {"acts"}
    assert {one["data"]["what"] for one in found[agent]} == {"opened", "submitted"}
    for one in found[agent]:
        assert one["data"]["case_id"] == case_id and one["data"]["mandate_id"] == str(agent.mandate)
        assert one["data"].keys() == {"case_id", "mandate_id", "what", "first_at", "last_at", "times"}


async def test_an_issued_document_is_told_though_nobody_made_its_pdf(world, make_item, as_identity):
    case_id = await world.accepted(make_item())
    await world.officer().post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    (shown,) = (await world.citizen.get("/api/documents")).json()["items"]
    page = await world.client.get(f"/internal/people/{world.citizen.id}/export", headers=as_identity)
    (record,) = page.json()["records"]
    (document,) = record["data"]["documents"]
    for name in ("number", "verification_code", "item_name", "result", "issued_at", "valid_until"):
        assert document[name] == shown[name], name
    assert document["revoked_at"] is None


async def test_it_comes_page_by_page(world, make_item, as_identity):
    item = make_item()
    agent = world.agent_of(world.person(), world.citizen.id)
    ids = {await world.draft(item, agent if number % 2 else None) for number in range(43)}
    path, after, found = f"/internal/people/{world.citizen.id}/export", None, []
    while True:
        page = (
            await world.client.get(path, params={"after": after} if after else {}, headers=as_identity)
        ).json()
        found += [record["data"].get("id") or record["data"]["case_id"] for record in page["records"]]
        if (after := page["next"]) is None:
            break
    assert len(found) == 43 and set(found) == ids


async def test_nobody_else_gets_it(world, make_item, make_upload, pdf, as_identity):
    case_id = await world.draft(make_item(materials=(make_upload("m1"),)))
    material = (
        await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1&name=x.pdf", content=pdf)
    ).json()["id"]
    path = f"/internal/people/{world.citizen.id}/export"
    courier = bearer(world.tokens.service("courier-svc"))
    assert (await world.client.get(path, headers=courier)).status_code == 403
    assert (await world.citizen.get(path)).status_code == 403
    stranger = f"/internal/people/{uuid4()}/export"
    assert (await world.client.get(stranger, headers=as_identity)).json() == {
        "records": [],
        "files": [],
        "next": None,
    }
    for file_id in (f"material-{material}", f"document-{material}", "material-x", "x"):
        answer = await world.client.get(f"{stranger}/files/{file_id}", headers=as_identity)
        assert answer.status_code == 404


async def test_a_cursor_that_is_none_is_refused(world, as_identity):
    answer = await world.client.get(f"/internal/people/{uuid4()}/export?after=nonsense", headers=as_identity)
    assert answer.status_code == 422
