"""Opening a case outside one's unit: with a reason, for a while, seen by the applicant and by those who supervise."""

from uuid import uuid4

import pytest
from case_svc.persistence import break_glass, history
from chassis.testing import plan_of
from contracts.tokens import Role

REASON = "群众来电求助，需核对张三的申请进度"
BODY = {"reason": REASON}


async def opened(officer, case_id, body=BODY):
    return await officer.post(f"/api/cases/{case_id}/break-glass", body)


@pytest.fixture
def stranger(world):
    return world.officer(1, unit="BL-CRJ", department="CRJ")


async def looks(world, case_id):
    return (await world.citizen.get(f"/api/cases/{case_id}/views")).json()


async def test_with_a_reason_a_case_of_another_unit_is_read_for_a_while(world, make_item, stranger) -> None:
    case_id = await world.submitted(make_item())
    assert (await stranger.get(f"/api/cases/{case_id}")).status_code == 404
    granted = await opened(stranger, case_id)
    assert granted.status_code == 201 and granted.json()["case_id"] == case_id
    seen = await stranger.get(f"/api/cases/{case_id}")
    assert seen.status_code == 200 and seen.json()["answers"] == {"purpose": "办理入学"}
    assert (await stranger.get(f"/api/cases/{case_id}/timeline")).status_code == 200
    number = seen.json()["case_no"]
    assert (await stranger.get(f"/api/cases/numbers/{number}")).status_code == 200
    async with world.uow() as uow:
        await uow.execute("UPDATE break_glass SET until = now()")
    for path in (f"/{case_id}", f"/{case_id}/timeline", f"/numbers/{number}"):
        assert (await stranger.get(f"/api/cases{path}")).status_code == 404


async def test_the_grant_is_one_officers_and_for_one_case(world, make_item, stranger) -> None:
    case_id, other_case = [await world.submitted(make_item()) for _ in range(2)]
    await opened(stranger, case_id)
    assert (await stranger.get(f"/api/cases/{other_case}")).status_code == 404
    colleague = world.officer(4, unit="BL-CRJ", department="CRJ")
    assert (await colleague.get(f"/api/cases/{case_id}")).status_code == 404


async def test_to_read_is_not_to_act(world, make_item, stranger) -> None:
    case_id = await world.submitted(make_item())
    await opened(stranger, case_id)
    for action, body in (
        ("accept", None), ("reject", {"reason": "x"}), ("decisions", {"decision": "approve"}), ("claim", None),
        ("release", None), ("supplement-requests", {"lacking": [{"what": "x"}]}), ("produce", None), ("collect", None),
    ):  # fmt: skip
        assert (await stranger.post(f"/api/cases/{case_id}/{action}", body)).status_code == 404
    assert await world.state(case_id) == "submitted"


async def test_the_applicant_reads_who_looked_and_why(world, make_item, stranger) -> None:
    case_id = await world.submitted(make_item())
    await world.officer().get(f"/api/cases/{case_id}")
    await opened(stranger, case_id)
    await stranger.get(f"/api/cases/{case_id}")
    latest, first = await looks(world, case_id)
    assert (latest["unit"], latest["unit_name"], latest["who"]) == ("BL-CRJ", "碑林分局CRJ", "民警")
    assert latest["by_exception"] and latest["reason"] == REASON and latest["viewer"] == str(stranger.id)
    assert not first["by_exception"] and first["reason"] is None and first["why"] == "承办单位办理本办件"
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()["entries"]
    assert timeline[-1]["action"] == "opened_by_exception" and "其他单位" in timeline[-1]["text"]


async def test_roles_are_told_in_words(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    for rank, roles in (
        (0, (Role.AUXILIARY,)),
        (2, (Role.OFFICER, Role.SUPERVISOR)),
        (1, (Role.OFFICER,)),
    ):
        await world.officer(rank, roles=roles).get(f"/api/cases/{case_id}")
    assert [seen["who"] for seen in await looks(world, case_id)] == ["民警", "督办民警", "辅警"]


async def test_an_uploaded_file_opened_by_exception_is_told_as_such(
    world, make_item, make_upload, pdf, stranger
) -> None:
    case_id = await world.draft(make_item(materials=(make_upload(),)))
    sent = await world.citizen.post(f"/api/cases/{case_id}/materials?key=m1", content=pdf)
    await world.citizen.post(f"/api/cases/{case_id}/submit")
    path = f"/api/cases/{case_id}/materials/{sent.json()['id']}"
    assert (await stranger.get(path)).status_code == 404
    await opened(stranger, case_id)
    assert (await stranger.get(path)).status_code == 200
    (seen,) = await looks(world, case_id)
    assert (seen["what"], seen["by_exception"], seen["reason"]) == ("material", True, REASON)


async def test_the_event_tells_ids_only_and_takes_its_place_among_the_cases(
    world, make_item, stranger
) -> None:
    case_id = await world.submitted(make_item())
    await opened(stranger, case_id)
    await world.officer().post(f"/api/cases/{case_id}/accept")
    assert await world.event_types(case_id) == [
        "case.case.submitted",
        "case.case.opened_by_exception",
        "case.case.accepted",
    ]
    event = next(one for one in await world.emitted() if one.TYPE == "case.case.opened_by_exception")
    assert (event.officer_unit, event.officer_department, event.unit) == ("BL-CRJ", "CRJ", "XC-HUZHENG")
    async with world.uow() as uow:
        rows = await uow.fetch("SELECT payload FROM outbox")
        assert not any("张三".encode() in bytes(str(row["payload"]), "utf-8") for row in rows)
        sealed = await uow.fetchval("SELECT reason FROM break_glass")
        assert "张三".encode() not in sealed


async def test_a_reason_is_needed_and_some_may_not(world, make_item, stranger, subtests) -> None:
    case_id = await world.submitted(make_item())
    for body in (
        None,
        {},
        {"reason": ""},
        {"reason": "查一下"},
        {"reason": " " * 40},
        {"reason": "字" * 501},
    ):
        with subtests.test(str(body)[:40]):
            assert (await opened(stranger, case_id, body)).status_code == 422
    helper = world.officer(0, unit="BL-CRJ", department="CRJ", roles=(Role.AUXILIARY,))
    assert (await opened(helper, case_id)).status_code == 403
    without_rank = world.officer(0, unit="BL-CRJ", department="CRJ")
    refused = await opened(without_rank, case_id)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/may-not-break-glass")
    own = await opened(world.officer(), case_id)
    assert (own.status_code, own.json()["type"]) == (409, "/problems/exception-not-needed")
    assert (await opened(stranger, uuid4())).status_code == 404
    assert (await opened(stranger, await world.draft(make_item()))).status_code == 404


async def test_a_number_is_enough_to_ask_by(world, make_item, stranger) -> None:
    case_id = await world.submitted(make_item())
    number = (await world.citizen.get(f"/api/cases/{case_id}")).json()["case_no"]
    granted = await stranger.post(f"/api/cases/numbers/{number}/break-glass", BODY)
    assert (granted.status_code, granted.json()["case_id"]) == (201, case_id)


async def test_supervisors_of_both_departments_see_what_was_opened(world, make_item, stranger) -> None:
    cases = [await world.submitted(make_item()) for _ in range(3)]
    for case_id in cases:
        await opened(stranger, case_id)
    await stranger.get(f"/api/cases/{cases[0]}")

    async def listed(unit, department, **asked):
        who = world.officer(2, unit=unit, department=department, roles=(Role.OFFICER, Role.SUPERVISOR))
        return (await who.get("/api/cases/exceptions", params=asked)).json()

    for unit, department in (("CITY-HUZHENG", "HUZHENG"), ("CITY-CRJ", "CRJ")):
        page = await listed(unit, department)
        assert [(one["case_id"], one["looks"]) for one in page["items"]] == [
            (cases[2], 0),
            (cases[1], 0),
            (cases[0], 1),
        ]
        assert page["items"][0]["reason"] == REASON and page["items"][0]["officer_id"] == str(stranger.id)
    first = await listed("CITY-CRJ", "CRJ", limit=2)
    rest = await listed("CITY-CRJ", "CRJ", limit=2, cursor=first["next"])
    assert [one["case_id"] for one in rest["items"]] == [cases[0]] and rest["next"] is None
    assert (await listed("CITY-JIAOJING", "JIAOJING"))["items"] == []
    assert (await world.officer().get("/api/cases/exceptions")).status_code == 403


async def test_it_is_in_the_audit_log(world, make_item, stranger) -> None:
    case_id = await world.submitted(make_item())
    await opened(stranger, case_id)
    async with world.uow() as uow:
        row = await uow.fetchrow("SELECT * FROM audit_log WHERE action = 'case.open_by_exception'")
    assert (row["actor"], row["subject"]) == (str(stranger.id), case_id)
    assert REASON not in str(dict(row))


async def test_its_queries_read_their_indexes(world) -> None:
    async with world.uow() as uow:
        connection = await uow.connection()
        await connection.execute(
            """INSERT INTO break_glass SELECT gen_random_uuid(), gen_random_uuid(), 'n', 'u', 'D' || n % 40,
              gen_random_uuid(), 'u', 'D' || n % 39, ''::bytea, now(), now() FROM generate_series(1, 20000) AS n"""
        )
        await connection.execute("ANALYZE break_glass")
        assert "break_glass_of_officer" in await plan_of(connection, break_glass.ACTIVE)
        found = await plan_of(connection, break_glass.OF_DEPARTMENT)
        assert "break_glass_department" in found and "break_glass_officer_department" in found
        assert "Seq Scan on break_glass" not in found
        assert "Seq Scan on break_glass" not in await plan_of(connection, history.LOOKS)
