"""Case-svc's part when an account goes: drafts go at once, ended cases when their years are over."""

from uuid import UUID

import pytest
from case_svc.documents import persistence as documents
from case_svc.domain.retention import FATES
from case_svc.persistence import erasure, people
from chassis.clock import now
from chassis.people import NOBODY
from chassis.testing import bearer
from chassis.testing.plans import unindexed
from chassis.testing.traces import stays, traces_of
from contracts.identity import AccountErased


@pytest.fixture
def ask(world):
    async def asked(what: str):
        as_identity = bearer(world.tokens.service("identity-svc"))
        answer = await world.client.get(f"/internal/people/{world.citizen.id}/{what}", headers=as_identity)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return asked


async def rows(world, statement: str, *args):
    return await world.service.pool.fetch(statement, *args)


async def erased(world) -> AccountErased:
    event = AccountErased(account_id=world.citizen.id, erased_at=now())
    await world.deliver(event)
    return event


async def withdrawn(world, item) -> str:
    case_id = await world.submitted(item)
    answer = await world.citizen.post(f"/api/cases/{case_id}/withdraw", {})
    assert answer.status_code == 200, answer.text
    return case_id


async def test_an_open_case_stands_in_the_way_and_a_draft_does_not(world, make_item, ask):
    item = make_item()
    await world.draft(item)
    assert await ask("blockers") == []
    await world.submitted(item)
    (blocker,) = await ask("blockers")
    assert blocker["code"] == "case-open" and "尚未办结" in blocker["zh"]


async def test_drafts_go_and_ended_cases_stay_with_their_reason(world, make_item, make_upload, pdf, ask):
    item = make_item(materials=(make_upload("m1"),))
    draft = await world.draft(item)
    await world.citizen.post(f"/api/cases/{draft}/materials?key=m1&name=x.pdf", content=pdf)
    kept = await withdrawn(world, make_item("HUZHENG-007"))
    preview = await ask("erasure")
    assert preview["done"] is False and await rows(world, "SELECT FROM cases WHERE id = $1", UUID(draft))
    await erased(world)
    report = await ask("erasure")
    assert report["done"] is True and report["outcomes"] == preview["outcomes"]
    lines = {line["what"]: line for line in report["outcomes"]}
    assert lines["草稿"]["outcome"] == "erased"
    (stays,) = [line for line in report["outcomes"] if line["outcome"] == "kept"]
    assert stays["until"] and "待公安局确认" in stays["why"] and stays["confirmed"] is False
    assert await rows(world, "SELECT FROM cases WHERE id = $1", UUID(draft)) == []
    assert await rows(world, "SELECT FROM case_form WHERE case_id = $1", UUID(kept))


async def test_repeated_it_erases_and_reports_once(world, make_item, ask):
    await world.draft(make_item())
    await erased(world)
    first = await ask("erasure")
    await erased(world)
    assert await ask("erasure") == first
    assert len(await rows(world, "SELECT FROM job WHERE kind = 'chassis.erase_kept'")) == 1


async def test_what_was_kept_goes_when_its_time_is_over(world, make_item, ask):
    kept = UUID(await withdrawn(world, make_item()))
    await erased(world)
    await rows(world, "UPDATE job SET run_at = now() WHERE kind = 'chassis.erase_kept'")
    await world.run_jobs()
    (row,) = await rows(world, "SELECT applicant_id FROM cases WHERE id = $1", kept)
    assert row["applicant_id"] == world.citizen.id
    await rows(world, "UPDATE cases SET closed_at = now() - interval '3 years' WHERE id = $1", kept)
    await rows(world, "UPDATE job SET run_at = now() WHERE kind = 'chassis.erase_kept'")
    await world.run_jobs()
    (row,) = await rows(world, "SELECT applicant_id, applicant_masked FROM cases WHERE id = $1", kept)
    assert (row["applicant_id"], row["applicant_masked"]) == (NOBODY, None)
    assert await rows(world, "SELECT FROM case_form WHERE case_id = $1", kept) == []
    kept_by_rule = {trace for trace in stays(FATES) if not trace.startswith(("cases.", "document."))}
    assert await traces_of(world.service.pool, world.citizen.id) <= kept_by_rule


async def hands(world):
    return [(str(row["case_id"]), row["what"]) for row in await rows(world, "SELECT * FROM case_hand")]


async def test_who_had_a_hand_in_it_goes_with_a_draft_and_stays_with_a_kept_case(world, make_item):
    agent = world.agent_of(world.citizen)
    await world.draft(make_item(), agent)
    kept = await world.submitted(make_item("HUZHENG-007"), agent)
    assert (await world.citizen.post(f"/api/cases/{kept}/withdraw", {})).status_code == 200
    await erased(world)
    assert set(await hands(world)) == {(kept, "opened"), (kept, "submitted")}
    await rows(world, "UPDATE cases SET closed_at = now() - interval '3 years'")
    await rows(world, "UPDATE job SET run_at = now() WHERE kind = 'chassis.erase_kept'")
    await world.run_jobs()
    assert await hands(world) == []
    assert await traces_of(world.service.pool, agent.id) <= stays(FATES)


async def test_of_an_agent_who_goes_an_id_stays_at_the_cases_of_others(world, make_item):
    agent, idle = world.agent_of(world.citizen), world.person()
    case_id = await world.submitted(make_item(), agent)
    as_identity = bearer(world.tokens.service("identity-svc"))
    for who, count in ((agent, 1), (idle, 0)):
        await world.deliver(AccountErased(account_id=who.id, erased_at=now()))
        path = f"/internal/people/{who.id}/erasure"
        lines = (await world.client.get(path, headers=as_identity)).json()["outcomes"]
        assert [(one["what"], one["count"]) for one in lines] == [
            ("代他人办件的经办记录（只含编号）", None)
        ] * count
    assert set(await hands(world)) == {(case_id, "opened"), (case_id, "submitted")}
    assert await world.state(case_id) == "submitted"
    assert await traces_of(world.service.pool, agent.id) <= stays(FATES)


async def test_it_is_looked_at_until_nothing_can_come_late_any_more(world):
    await erased(world)
    for days, jobs in ((3, 1), (33, 0)):
        await rows(world, "UPDATE person_erasure SET erased_at = now() - make_interval(days => $1)", days)
        await rows(world, "UPDATE job SET run_at = now() WHERE kind = 'chassis.erase_kept'")
        await world.run_jobs()
        assert len(await rows(world, "SELECT FROM job WHERE kind = 'chassis.erase_kept'")) == jobs


async def test_whatever_an_applicant_has_is_found_by_an_index(world):
    async with world.uow() as uow:
        connection = await uow.connection()
        found = (
            erasure._OPEN,
            erasure._ALL,
            *erasure._OF_BOTH,
            erasure._HANDS,
            erasure._MATERIALS,
            erasure._DOCUMENTS,
        )
        for sql in (*found, people._IDS, people._DOCUMENTS, documents._BY_IDS):
            plan = await unindexed(connection, sql)
            assert plan is None, f"{sql}\n{plan}"
