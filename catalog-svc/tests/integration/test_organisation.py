from chassis.testing import Running
from contracts.identity import BranchDefined, DepartmentDefined, OpeningHours, UnitDefined, WindowDefined

HOURS = (OpeningHours(days=(1, 2, 3, 4, 5), opens="09:00", closes="12:00"),)
EVENTS = (
    DepartmentDefined(code="HUZHENG", name="户政", name_en="Household"),
    BranchDefined(code="BL", name="碑林分局", short_name="碑林", name_en="Beilin"),
    BranchDefined(code="YT", name="雁塔分局", short_name="雁塔", name_en="Yanta"),
    UnitDefined(code="CITY-HUZHENG", name="市局户政", name_en="City", department="HUZHENG", branch=None),
    UnitDefined(code="BL-HUZHENG", name="碑林户政", name_en="Beilin", department="HUZHENG", branch="BL"),
    UnitDefined(code="YT-HUZHENG", name="雁塔户政", name_en="Yanta", department="HUZHENG", branch="YT"),
    WindowDefined(
        code="W-BL-01", name="碑林窗口", branch="BL", departments=("HUZHENG",), opening_hours=HOURS
    ),
)
CODE = "/api/catalog/items/HUZHENG-001"


async def test_guide_says_who_serves_the_item(small: Running):
    before = await small.client.get(CODE)
    assert before.json()["served_by"] is None
    await small.deliver(*EVENTS)
    await small.run_jobs()

    after = await small.client.get(CODE, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    served = after.json()["served_by"]
    assert served["choose"] == "branch"
    assert served["department"]["name"] == "户政"
    assert [place["unit"]["code"] for place in served["places"]] == ["BL-HUZHENG", "YT-HUZHENG"]
    window = served["places"][0]["windows"][0]
    assert (window["code"], window["opening_hours_text"]["zh"]) == ("W-BL-01", "周一至周五 09:00–12:00")


async def test_windows_are_narrowed_to_a_branch(small: Running):
    await small.deliver(*EVENTS)
    await small.run_jobs()
    places = (await small.client.get(f"{CODE}/windows", params={"branch": "YT"})).json()["places"]
    assert [place["branch"]["code"] for place in places] == ["YT"]
    answer = await small.client.get(f"{CODE}/windows", params={"branch": "ZZ"})
    assert (answer.status_code, answer.json()["allowed"]) == (422, ["BL", "YT"])
    assert (await small.client.get("/api/catalog/items/NOPE-001/windows")).status_code == 404


async def test_departments_and_branches_are_listed(small: Running):
    await small.deliver(*EVENTS)
    departments = (await small.client.get("/api/catalog/departments")).json()
    assert departments == [{"code": "HUZHENG", "name": "户政", "name_en": "Household", "items": 2}]
    branches = (await small.client.get("/api/catalog/branches")).json()
    assert [branch["code"] for branch in branches] == ["BL", "YT"]
    assert (await small.client.get("/api/catalog/stats")).json()["by_department"][0]["name"] == "户政"


async def test_renamed_window_shows_with_its_new_name(small: Running):
    await small.deliver(*EVENTS)
    await small.run_jobs()
    await small.deliver(EVENTS[-1].model_copy(update={"name": "新窗口", "opening_hours": ()}))
    await small.run_jobs()
    [place, _] = (await small.client.get(CODE)).json()["served_by"]["places"]
    assert place["windows"][0]["name"] == "新窗口"


async def test_late_replay_of_an_old_definition_changes_nothing(small: Running):
    await small.deliver(*EVENTS)
    async with small.uow() as uow:
        await uow.execute("UPDATE org_branch SET defined_at = now() + interval '1 hour'")
    await small.deliver(EVENTS[1].model_copy(update={"name": "旧名称"}))
    names = [branch["name"] for branch in (await small.client.get("/api/catalog/branches")).json()]
    assert names == ["碑林分局", "雁塔分局"]


async def test_many_definitions_are_worked_up_once(small: Running):
    await small.deliver(*EVENTS)
    assert await small.run_jobs() == 1
    assert await small.parked() == []
