"""Submission and supplement: everything checked at once, routed, numbered, on the clock."""

from datetime import datetime
from uuid import UUID, uuid4

import pytest


async def test_all_errors_come_at_once_with_their_paths(world, make_item, make_schema, make_upload) -> None:
    schema = make_schema(
        {
            "purpose": {"type": "string", "maxLength": 3},
            "relative_id": {"type": "string", "x-widget": "id_number"},
            "phone": {"type": "string", "pattern": "^1[0-9]{10}$", "x-widget": "phone"},
            "uscc": {"type": "string", "x-widget": "uscc"},
            "more": {"type": "string"},
        }
    )
    item = make_item(form_schema=schema, materials=(make_upload("m1"), make_upload("m2", required=False)))
    wrong = {"purpose": "太长的用途", "relative_id": "110105194912310021", "phone": "12", "uscc": "X" * 18}
    case_id = await world.draft(item, **wrong)
    refused = await world.citizen.post(f"/api/cases/{case_id}/submit")
    assert refused.status_code == 422
    assert {error["path"] for error in refused.json()["errors"]} == {
        "/answers/purpose", "/answers/relative_id", "/answers/phone", "/answers/uscc", "/answers/more",
        "/materials/m1",
    }  # fmt: skip
    english = await world.citizen.post(f"/api/cases/{case_id}/submit", headers={"Accept-Language": "en"})
    assert "upload the file for m1" in {error["message"] for error in english.json()["errors"]}
    assert await world.state(case_id) == "draft"


async def test_a_missing_branch_is_asked_for_together_with_other_errors(world, make_item) -> None:
    await world.publish(make_item())
    body = {"item_code": "HUZHENG-101", "answers": {}}
    case_id = (await world.citizen.post("/api/cases", body)).json()["id"]
    refused = (await world.citizen.post(f"/api/cases/{case_id}/submit")).json()
    assert {error["path"] for error in refused["errors"]} == {"/answers/purpose", "/branch"}
    assert {option["unit"] for option in refused["options"]} == {"XC-HUZHENG", "BL-HUZHENG"}
    await world.citizen.put(f"/api/cases/{case_id}/answers", {"answers": {"purpose": "x"}, "version": 1})
    only_place = await world.citizen.post(f"/api/cases/{case_id}/submit")
    assert only_place.status_code == 422 and only_place.json()["type"].endswith("place-unknown")


@pytest.mark.parametrize(
    ("handled_at", "place", "unit"),
    [
        ("city", {}, "CITY-HUZHENG"),
        ("branch", {"branch": "BL"}, "BL-HUZHENG"),
        ("window", {"window": "W-XC-01"}, "XC-HUZHENG"),
    ],
)
async def test_a_case_goes_to_the_right_unit(world, make_item, handled_at, place, unit) -> None:
    await world.publish(make_item(handled_at=handled_at))
    body = {"item_code": "HUZHENG-101", "answers": {"purpose": "入学"}, **place}
    case_id = (await world.citizen.post("/api/cases", body)).json()["id"]
    submitted = (await world.citizen.post(f"/api/cases/{case_id}/submit")).json()
    assert submitted["unit"] == unit
    assert submitted["case_no"].startswith("XA") and submitted["response_due_at"]


def again(world, person, ial: int):
    """The same person with a token of another level, as after a check and a refresh."""
    return type(person)(world, world.tokens.citizen(person.id, ial=ial), person.id)


async def test_a_level_too_low_is_said_with_the_ways_up_and_the_draft_is_submitted_after_one(
    world, make_item
) -> None:
    person = world.person(ial=1)
    case_id = await world.draft(make_item(min_ial=3), person)
    before = (await person.get(f"/api/cases/{case_id}")).json()
    refused = await person.post(f"/api/cases/{case_id}/submit")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/step-up-required")
    assert (refused.json()["required_ial"], refused.json()["present_ial"]) == (3, 1)
    assert [way["level"] for way in refused.json()["ways"]] == [3, 4]
    assert before["step_up"] == {
        name: refused.json()[name] for name in ("required_ial", "present_ial", "ways")
    }
    assert (await person.get(f"/api/cases/{case_id}")).json() == before
    assert (await again(world, person, 2).post(f"/api/cases/{case_id}/submit")).status_code == 403
    raised = again(world, person, 3)
    assert (await raised.get(f"/api/cases/{case_id}")).json()["step_up"] is None
    assert (await raised.post(f"/api/cases/{case_id}/submit")).status_code == 200
    assert await world.state(case_id) != "draft"


@pytest.mark.parametrize(("said", "level"), [(None, 2), (1, 1), (0, 1), (2, 2), (4, 4)])
async def test_an_item_takes_its_own_level_and_never_less_than_the_floor(
    world, make_item, said, level
) -> None:
    person = world.person(ial=level - 1)
    case_id = await world.draft(make_item(min_ial=said), person)
    refused = await person.post(f"/api/cases/{case_id}/submit")
    assert (refused.status_code, refused.json()["required_ial"]) == (403, level)
    assert (await again(world, person, level).post(f"/api/cases/{case_id}/submit")).status_code == 200


async def test_opening_a_draft_says_what_submitting_will_take(world, make_item) -> None:
    await world.publish(make_item(min_ial=3))
    body = {"item_code": "HUZHENG-101", "branch": "XC"}
    opened = [await world.person(ial=ial).post("/api/cases", body) for ial in (2, 3)]
    assert [answer.status_code for answer in opened] == [201, 201], opened[0].text
    assert opened[0].json()["step_up"]["required_ial"] == 3
    assert opened[1].json()["step_up"] is None


async def test_a_second_submission_is_an_illegal_move(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    again = await world.citizen.post(f"/api/cases/{case_id}/submit")
    assert again.status_code == 409
    assert again.json()["current_state"] == "submitted"
    assert {"action": "withdraw", "who": "applicant"} in again.json()["possible_moves"]


async def test_submitting_needs_an_idempotency_key_and_repeats_its_answer(world, make_item) -> None:
    case_id = await world.draft(make_item())
    bare = await world.client.post(
        f"/api/cases/{case_id}/submit", headers={"Authorization": f"Bearer {world.citizen._token}"}
    )
    assert bare.status_code == 400
    key = str(uuid4())
    first = await world.citizen.post(f"/api/cases/{case_id}/submit", key=key)
    second = await world.citizen.post(f"/api/cases/{case_id}/submit", key=key)
    assert first.json() == second.json() and second.headers["idempotency-replayed"] == "true"
    assert (await world.event_types(case_id)) == ["case.case.submitted"]


async def test_silence_accepts_after_five_working_days(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    async with world.uow() as uow:
        run_at = await uow.fetchval("SELECT run_at FROM job WHERE kind = 'case.accept_by_silence'")
        received = await uow.fetchval("SELECT received_at FROM cases WHERE id = $1", UUID(case_id))
        await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'case.accept_by_silence'")
    assert (run_at - received).days >= 5
    assert await world.run_jobs() == 1
    assert await world.state(case_id) == "accepted"
    accepted = (await world.emitted())[-1]
    assert accepted.actor == "clock" and accepted.officer_id is None
    detail = (await world.citizen.get(f"/api/cases/{case_id}")).json()
    # The law counts such a case as accepted since its materials came.
    assert datetime.fromisoformat(detail["accepted_at"]) == received


@pytest.mark.parametrize("answer", ["accept", "reject", "withdraw"])
async def test_an_answer_stops_the_clock_of_silence(world, make_item, answer) -> None:
    case_id = await world.submitted(make_item())
    who = world.citizen if answer == "withdraw" else world.officer()
    body = {"reason": "不符合条件"} if answer != "accept" else None
    assert (await who.post(f"/api/cases/{case_id}/{answer}", body)).status_code == 200
    async with world.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM job") == 0


async def test_an_unpaid_case_is_closed_after_fifteen_working_days(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=("accept", "review", "approve", "pay", "produce")))
    async with world.uow() as uow:
        await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'case.close_unpaid'")
    await world.run_jobs()
    assert await world.state(case_id) == "closed_unpaid"
    assert (await world.event_types(case_id))[-1] == "case.case.closed_unpaid"


async def test_a_supplement_goes_round_and_starts_the_clock_anew(world, make_item, make_upload, pdf) -> None:
    case_id = await world.submitted(make_item(materials=(make_upload("m1", required=False),)))
    lacking = [{"what": "户口簿照片不清晰", "path": "/materials/m1"}, {"what": "用途请写明"}]
    asked = await world.officer().post(f"/api/cases/{case_id}/supplement-requests", {"lacking": lacking})
    assert asked.json()["state"] == "supplement_requested" and asked.json()["due_at"] is None
    seen = (await world.citizen.get(f"/api/cases/{case_id}")).json()
    assert seen["details"]["lacking"] == lacking
    await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf)
    body = {"answers": {"purpose": "子女入学"}, "version": 1}
    assert (await world.citizen.put(f"/api/cases/{case_id}/answers", body)).status_code == 200
    done = await world.citizen.post(f"/api/cases/{case_id}/supplements", {"note": "已补"})
    assert done.json()["state"] == "supplemented" and done.json()["response_due_at"]
    async with world.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM job WHERE kind = 'case.accept_by_silence'") == 1
    assert (await world.officer().post(f"/api/cases/{case_id}/accept")).json()["state"] == "accepted"


async def test_a_supplement_is_checked_like_a_submission(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    await world.officer().post(f"/api/cases/{case_id}/supplement-requests", {"lacking": [{"what": "x"}]})
    await world.citizen.put(f"/api/cases/{case_id}/answers", {"answers": {}, "version": 1})
    refused = await world.citizen.post(f"/api/cases/{case_id}/supplements", {})
    assert [error["path"] for error in refused.json()["errors"]] == ["/answers/purpose"]


async def test_a_withdrawn_case_is_over(world, make_item) -> None:
    case_id = await world.accepted(make_item())
    done = await world.citizen.post(f"/api/cases/{case_id}/withdraw")
    assert done.json()["state"] == "withdrawn" and done.json()["possible_moves"] == []
    assert (await world.citizen.post(f"/api/cases/{case_id}/withdraw")).status_code == 409


async def test_nothing_is_withdrawn_once_production_started(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=("accept", "review", "produce", "deliver")))
    assert (await world.citizen.post(f"/api/cases/{case_id}/withdraw")).status_code == 409
