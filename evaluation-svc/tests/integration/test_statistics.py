"""Rates and counts: public but for officers; the judged unit reads in batches."""

import asyncio
from typing import Any
from uuid import uuid4

from chassis.testing import Running, bearer
from contracts.tokens import Role

from ..conftest import DEPARTMENT, UNIT, Citizen

GROUPS = ("unit", "item", "department", "officer")


async def statistics(svc: Running, token: str | None = None, **params: str) -> Any:
    headers = bearer(token) if token else {}
    answer = await svc.client.get("/api/evaluation/statistics", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_units_items_and_departments_are_counted_for_everybody(svc: Running, citizen: Citizen) -> None:
    for unit, item, level in (
        (UNIT, "HZ-001", "very_satisfied"),
        (UNIT, "HZ-002", "fairly_satisfied"),
        (UNIT, "HZ-002", "dissatisfied"),
        ("XC-HUZHENG", "HZ-001", "very_dissatisfied"),
    ):
        await citizen.review(await citizen.case_ends(unit=unit, item_code=item), level)
    units = await statistics(svc, group="unit")
    rows = {row["key"]: (row["total"], row["satisfaction_rate"]) for row in units["rows"]}
    assert rows == {UNIT: (3, 0.6667), "XC-HUZHENG": (1, 0.0)}
    assert (units["overall"]["total"], units["overall"]["satisfaction_rate"]) == (4, 0.5)
    items = await statistics(svc, group="item")
    assert [(row["key"], row["total"]) for row in items["rows"]] == [("HZ-001", 2), ("HZ-002", 2)]
    (department,) = (await statistics(svc, group="department"))["rows"]
    assert (department["key"], department["counts"]["dissatisfied"]) == (DEPARTMENT, 1)


async def test_officers_are_counted_for_the_supervisors_of_their_unit(svc: Running, citizen: Citizen) -> None:
    officer_id = uuid4()
    await citizen.review(await citizen.case_ends(officer_id=officer_id), "satisfied")
    await citizen.review(await citizen.case_ends(), "dissatisfied")
    tokens = svc.tokens
    ours = tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT, roles=(Role.SUPERVISOR,))
    (row,) = (await statistics(svc, ours, group="officer"))["rows"]
    assert (row["key"], row["total"]) == (str(officer_id), 1)
    theirs = tokens.officer(uuid4(), unit="XC-CRJ", department="CRJ", roles=(Role.SUPERVISOR,))
    assert (await statistics(svc, theirs, group="officer"))["rows"] == []
    path = "/api/evaluation/statistics?group=officer"
    assert (await svc.client.get(path)).status_code == 401
    plain = bearer(tokens.officer(officer_id, unit=UNIT, department=DEPARTMENT))
    assert (await svc.client.get(path, headers=plain)).status_code == 403


async def test_an_officer_who_changed_units_is_one_officer(svc: Running, citizen: Citizen) -> None:
    officer_id = uuid4()
    for unit in (UNIT, "XC-HUZHENG"):
        await citizen.review(await citizen.case_ends(unit=unit, officer_id=officer_id))
    totals = {}
    for unit in (UNIT, "CITY-HUZHENG"):
        ours = svc.tokens.officer(uuid4(), unit=unit, department=DEPARTMENT, roles=(Role.SUPERVISOR,))
        (row,) = (await statistics(svc, ours, group="officer"))["rows"]
        totals[unit] = row["total"]
    assert totals == {UNIT: 1, "CITY-HUZHENG": 2}


async def test_a_period_counts_its_days_only(svc: Running, citizen: Citizen) -> None:
    await citizen.review(await citizen.case_ends())
    await svc.service.pool.execute("UPDATE tally_mark SET day = '2026-02-28'")
    inside = {"from": "2026-02-01", "to": "2026-02-28"}
    assert (await statistics(svc, **inside))["overall"]["total"] == 1
    outside = {"from": "2026-03-01", "to": "2026-03-31"}
    empty = await statistics(svc, **outside)
    assert (empty["rows"], empty["overall"]["satisfaction_rate"]) == ([], None)
    assert (empty["from"], empty["to"]) == ("2026-03-01", "2026-03-31")


async def test_what_is_no_period_is_refused(svc: Running) -> None:
    for query in (
        "from=2026-03-02&to=2026-03-01",
        "from=1900-01-01",
        "from=yesterday",
        "to=0000-00-00",
        "group=person",
    ):
        answer = await svc.client.get(f"/api/evaluation/statistics?{query}")
        assert answer.status_code == 422, query
    assert (await svc.client.get("/api/evaluation/statistics?to=0001-01-01")).status_code == 200


async def test_counting_the_marks_changes_no_answer(svc: Running, citizen: Citizen) -> None:
    officer_id = uuid4()
    ours = svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT, roles=(Role.SUPERVISOR,))
    seen = []
    for level in ("satisfied", "dissatisfied", "satisfied"):
        await citizen.review(await citizen.case_ends(officer_id=officer_id), level)
        await citizen.review(await citizen.case_ends(unit="XC-HUZHENG"), level)
        marked = [await statistics(svc, ours, group=group) for group in GROUPS]
        await run(svc, "evaluation.count_reviews")
        counted = [await statistics(svc, ours, group=group) for group in GROUPS]
        assert marked == counted
        seen.append([found["overall"]["total"] for found in counted])
    assert seen == [[2, 2, 2, 1], [4, 4, 4, 2], [6, 6, 6, 3]]
    assert await svc.service.pool.fetchval("SELECT count(*) FROM tally_mark") == 0


async def test_reviews_given_while_others_are_counted_are_counted_once(
    svc: Running, citizen: Citizen
) -> None:
    cases = [await citizen.case_ends() for _ in range(20)]

    async def count() -> None:
        for _ in range(5):
            async with svc.uow() as uow:
                await svc.service.state.desk.statistics.fold(uow)

    await asyncio.gather(count(), count(), *(citizen.review(case_id) for case_id in cases))
    assert (await statistics(svc))["overall"]["total"] == 20
    await count()
    assert (await statistics(svc))["overall"]["total"] == 20


async def run(svc: Running, kind: str) -> None:
    """One recurring job, now."""
    await svc.service.pool.execute(
        "INSERT INTO job (kind, key) VALUES ($1, 'recurring') ON CONFLICT (kind, key) DO UPDATE SET run_at = now()",
        kind,
    )
    await svc.run_jobs()


async def release(svc: Running) -> None:
    await run(svc, "evaluation.release_batches")


async def batches(svc: Running, token: str, **params: str) -> Any:
    answer = await svc.client.get("/api/evaluation/batches", params=params, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_unit_reads_five_reviews_at_once_and_no_fewer(svc: Running, citizen: Citizen) -> None:
    officer = svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT)
    for number in range(4):
        await citizen.review(await citizen.case_ends(), "dissatisfied", text=f"第{number}条")
    await release(svc)
    assert await batches(svc, officer) == []
    for number in (4, 5):
        await citizen.review(
            await citizen.case_ends(), "satisfied", tags=["efficiency"], text=f"第{number}条"
        )
    await release(svc)
    await citizen.review(await citizen.case_ends(), text="第6条")
    await release(svc)
    (batch,) = await batches(svc, officer)
    assert {review["text"] for review in batch["reviews"]} == {f"第{number}条" for number in range(6)}
    assert all(set(review) == {"level", "level_name", "tags", "text"} for review in batch["reviews"])


async def test_batches_are_read_by_the_unit_and_at_its_departments_city_unit(
    svc: Running, citizen: Citizen
) -> None:
    for _ in range(5):
        await citizen.review(await citizen.case_ends())
    await release(svc)
    tokens = svc.tokens
    supervisor = tokens.officer(
        uuid4(), unit="CITY-HUZHENG", department=DEPARTMENT, roles=(Role.OFFICER, Role.SUPERVISOR)
    )
    assert len(await batches(svc, supervisor, unit=UNIT)) == 1
    foreign = tokens.officer(uuid4(), unit="CITY-CRJ", department="CRJ", roles=(Role.SUPERVISOR,))
    assert await batches(svc, foreign, unit=UNIT) == []
    other = bearer(tokens.officer(uuid4(), unit="XC-HUZHENG", department=DEPARTMENT))
    answer = await svc.client.get("/api/evaluation/batches", params={"unit": UNIT}, headers=other)
    assert answer.status_code == 403
    assert (await svc.client.get("/api/evaluation/batches", headers=citizen.headers)).status_code == 403
