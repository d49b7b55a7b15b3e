"""Somebody acts for the applicant: as far as the mandate goes, and everybody sees who it was."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from case_svc.domain.hands import Agent
from chassis.clock import now
from contracts.case import CaseAddressChanged, CasePaid, CaseSubmitted, CaseSupplemented, CaseWithdrawn
from contracts.payment import OrderPaid
from contracts.tokens import Role

from .test_whole_path import FULL

PLACE = {
    "province": "陕西省", "city": "西安市", "county": "碑林区", "address": "南大街9号", "name": "李四",
    "phone": "13900000000",
}  # fmt: skip
ITEM, OTHER = "HUZHENG-101", "CRJ-101"


@pytest.fixture
def acts_for(world):
    """An agent of `principal`: its token names both."""

    def agent(principal, *, ial=2, items=(), departments=(), company=False):
        actor, mandate = uuid4(), uuid4()
        act = {"sub": str(actor), "mandate": str(mandate), "items": items, "departments": departments}
        role = Role.COMPANY if company else Role.CITIZEN
        person = type(principal)(world, world.tokens.mint(principal.id, (role,), ial=ial, act=act), actor)
        person.mandate = mandate
        return person

    return agent


@pytest.fixture
def principal(world):
    return world.citizen


async def told(world, model):
    return [event for event in await world.emitted() if isinstance(event, model)][-1]


async def lines(person, case_id):
    return (await person.get(f"/api/cases/{case_id}/timeline")).json()["entries"]


async def test_an_agent_submits_and_all_say_who_did_it_for_whom(world, make_item, acts_for, principal):
    agent = acts_for(principal, items=[ITEM])
    case_id = await world.draft(make_item(ITEM), agent)
    assert (await agent.post(f"/api/cases/{case_id}/submit")).status_code == 200
    event = await told(world, CaseSubmitted)
    assert (event.applicant_id, event.acted_by, event.mandate_id) == (principal.id, agent.id, agent.mandate)
    for reader in (principal, agent, world.officer()):
        (entry, *_) = await lines(reader, case_id)
        assert entry["text"].startswith("由代理人代您提交了申请") and entry["facts"]["acted_by"] == str(
            agent.id
        )
        assert entry["text_en"].startswith("Your agent submitted")
    mine = (await principal.get("/api/cases")).json()["items"]
    assert [one["id"] for one in mine] == [case_id]


async def test_what_the_applicant_does_names_nobody_else(world, make_item):
    case_id = await world.submitted(make_item(ITEM))
    assert (await told(world, CaseSubmitted)).acted_by is None
    (entry, *_) = await lines(world.citizen, case_id)
    assert entry["text"].startswith("您提交了申请") and "acted_by" not in entry["facts"]


async def test_an_agent_withdraws_and_supplements_as_an_agent(world, make_item, acts_for, principal):
    agent = acts_for(principal)
    case_id = await world.submitted(make_item(ITEM))
    lacking = {"lacking": [{"what": "户口簿缺页"}]}
    asked = await world.officer().post(f"/api/cases/{case_id}/supplement-requests", lacking)
    assert asked.status_code == 200, asked.text
    assert (await agent.post(f"/api/cases/{case_id}/supplements", {"note": "已补"})).status_code == 200
    assert (await told(world, CaseSupplemented)).acted_by == agent.id
    assert (await agent.post(f"/api/cases/{case_id}/withdraw")).status_code == 200
    assert (await told(world, CaseWithdrawn)).acted_by == agent.id
    texts = [entry["text"] for entry in await lines(principal, case_id)]
    assert texts[-2].startswith("由代理人代您提交了补正材料") and texts[-1].startswith("由代理人代您撤回")


async def test_what_an_agent_paid_stands_in_the_history_as_theirs(world, make_item, acts_for, principal):
    agent = acts_for(principal)
    case_id = await world.approved(make_item(ITEM, FULL, approval_levels=1))
    await world.deliver(
        OrderPaid(
            order_id=uuid4(), case_id=case_id, amount_cents=2000, occurred_at=now(), channel="bank",
            paid_at=now(), acted_by=agent.id, mandate_id=agent.mandate,
        )
    )  # fmt: skip
    paid = await told(world, CasePaid)
    assert (paid.applicant_id, paid.acted_by, paid.mandate_id) == (principal.id, agent.id, agent.mandate)
    (entry,) = [line for line in await lines(principal, case_id) if line["action"] == "pay"]
    assert entry["text"] == "由代理人代您缴费 20.00 元，已收到。"
    assert (entry["actor"], entry["facts"]["acted_by"]) == ("system", str(agent.id))


async def hands(world, case_id):
    rows = await world.service.pool.fetch(
        "SELECT what, acted_by, times FROM case_hand WHERE case_id = $1", UUID(case_id)
    )
    return {(row["what"], row["acted_by"]): row["times"] for row in rows}


async def test_whoever_filled_in_a_draft_is_kept_however_often(world, make_item, acts_for, principal):
    agent = acts_for(principal)
    case_id = await world.draft(make_item(ITEM), agent)
    version = (await agent.get(f"/api/cases/{case_id}/answers")).json()["version"]
    for purpose in ("一", "二"):
        body = {"answers": {"purpose": purpose}, "version": version}
        saved = await agent.call("PATCH", f"/api/cases/{case_id}/answers", json=body)
        assert saved.status_code == 200, saved.text
        version = saved.json()["version"]
    mine = {"answers": {"purpose": "三"}, "version": version}
    assert (await principal.put(f"/api/cases/{case_id}/answers", mine)).status_code == 200
    refused = await agent.put(f"/api/cases/{case_id}/answers", mine)
    assert refused.status_code == 409
    found = await hands(world, case_id)
    assert found[("opened", agent.id)] == 1 and {who for _, who in found} == {agent.id}
    answers = found[("answers", agent.id)]
    assert (await agent.post(f"/api/cases/{case_id}/submit")).status_code == 200
    assert await hands(world, case_id) == found | {("submitted", agent.id): 1}
    assert answers >= 2


@pytest.fixture
def identity(world):
    """Plays identity-svc: the mandates it knows, and which it was asked for."""

    class Identity:
        def __init__(self):
            self.known, self.asked = {}, []

        async def find(self, account_id, *, officer_id=None):
            return None

        async def agents(self, mandates):
            self.asked.append(set(mandates))
            return {one: self.known[one] for one in mandates if one in self.known}

    state = world.client._transport.app.state
    playing = Identity()
    state.desk = replace(state.desk, people=playing)
    return playing


async def test_the_history_names_the_agent_masked_to_the_applicant_and_officers(
    world, make_item, acts_for, principal, identity
):
    agent, other = acts_for(principal), acts_for(principal)
    identity.known[agent.mandate] = Agent("proxy", "李*")
    case_id = await world.draft(make_item(ITEM), agent)
    assert (await agent.post(f"/api/cases/{case_id}/submit")).status_code == 200
    named = {"account_id": str(agent.id), "mandate_id": str(agent.mandate), "kind": "proxy", "name": "李*"}
    for reader in (principal, world.officer()):
        (entry,) = await lines(reader, case_id)
        assert entry["agent"] == named and entry["text"].startswith("由代理人李*代您提交了申请")
        assert entry["text_en"].startswith("Your agent 李* submitted")
    assert identity.asked == [{agent.mandate}] * 2
    (entry,) = await lines(other, case_id)
    assert entry["agent"] == named | {"kind": None, "name": None} and len(identity.asked) == 2
    assert "李" not in (await told(world, CaseSubmitted)).model_dump_json()
    identity.known.clear()
    (entry,) = await lines(principal, case_id)
    assert entry["agent"]["name"] is None and entry["text"].startswith("由代理人代您提交了申请")


async def test_of_what_the_applicant_did_themselves_nobody_is_asked(world, make_item, principal, identity):
    case_id = await world.submitted(make_item(ITEM))
    (entry,) = await lines(principal, case_id)
    assert entry["agent"] is None
    for reader in (principal, world.officer()):
        assert (await reader.get(f"/api/cases/{case_id}")).json()["acted_by"] == []
    assert identity.asked == []


async def test_whoever_handles_the_case_sees_who_filed_it_for_the_applicant(
    world, make_item, acts_for, principal, identity
):
    clerk, boss = acts_for(principal), acts_for(principal)
    identity.known[clerk.mandate] = Agent("guardian", "李*")
    case_id = await world.draft(make_item(ITEM), clerk)
    assert (await principal.get(f"/api/cases/{case_id}")).json()["acted_by"][0]["did"] == ["opened"]
    assert (await boss.post(f"/api/cases/{case_id}/submit")).status_code == 200
    first, second = (await world.officer().get(f"/api/cases/{case_id}")).json()["acted_by"]
    assert (first["name"], first["kind"], first["mandate_id"]) == ("李*", "guardian", str(clerk.mandate))
    assert (first["text"], first["did"]) == ("监护人李*代申请人新建申请。", ["opened"])
    assert first["text_en"] == "李* (guardian) for the applicant: opened the draft."
    assert (second["account_id"], second["name"], second["did"]) == (str(boss.id), None, ["submitted"])
    assert second["text"] == "代理人代申请人提交申请。"
    hidden = (await boss.get(f"/api/cases/{case_id}")).json()["acted_by"]
    assert [one["name"] for one in hidden] == [None, None]


async def test_without_identity_the_case_and_its_history_are_shown_without_the_name(
    world, make_item, acts_for, principal
):
    case_id = await world.submitted(make_item(ITEM), acts_for(principal))
    (entry,) = await lines(principal, case_id)
    assert entry["agent"]["name"] is None
    (hand,) = (await world.officer().get(f"/api/cases/{case_id}")).json()["acted_by"]
    assert (hand["name"], hand["kind"], hand["did"]) == (None, None, ["opened", "submitted"])


async def test_a_draft_that_an_agent_threw_away_stands_in_the_audit_log(
    world, make_item, acts_for, principal
):
    agent = acts_for(principal)
    case_id = await world.draft(make_item(ITEM), agent)
    assert (await agent.call("DELETE", f"/api/cases/{case_id}")).status_code == 204
    rows = await world.service.pool.fetch(
        "SELECT actor, subject FROM audit_log WHERE action = 'case.delete_for'"
    )
    assert [(row["actor"], row["subject"]) for row in rows] == [(str(agent.id), str(principal.id))]


async def test_a_new_address_is_told_with_whoever_gave_it(world, make_item, acts_for, principal):
    agent = acts_for(principal)
    case_id = await world.submitted(make_item(ITEM, FULL))
    for who, by, text in (
        (agent, agent.id, "由代理人代您修改了寄送地址。"),
        (principal, None, "您修改了寄送地址。"),
    ):
        answer = await who.put(f"/api/cases/{case_id}/delivery-address", PLACE | {"address": "西新街2号"})
        assert answer.status_code == 204, answer.text
        assert (await told(world, CaseAddressChanged)).acted_by == by
        assert (await lines(principal, case_id))[-1]["text"] == text
    assert ("address", agent.id) in await hands(world, case_id)


async def test_beyond_the_mandate_nothing_is_opened_submitted_or_seen(world, make_item, acts_for, principal):
    case_id = await world.draft(make_item(ITEM))
    agent = acts_for(principal, departments=["CRJ"], items=["HUZHENG-102"])
    opened = await agent.post("/api/cases", {"item_code": ITEM, "branch": "XC"})
    assert (opened.status_code, opened.json()["type"]) == (403, "/problems/outside-mandate")
    refusals = [
        await agent.post(f"/api/cases/{case_id}/submit"),
        await agent.post(f"/api/cases/{case_id}/withdraw"),
        await agent.put(f"/api/cases/{case_id}/answers", {"answers": {}, "version": 1}),
        await agent.call("PATCH", f"/api/cases/{case_id}/answers", json={"answers": {}, "version": 1}),
        await agent.call("PATCH", f"/api/cases/{case_id}", json={"branch": "XC"}),
        await agent.call("DELETE", f"/api/cases/{case_id}"),
    ]
    # The item was named by the agent; of a case they learn nothing, not even that there is one.
    assert {(answer.status_code, answer.json()["type"]) for answer in refusals} == {
        (404, "/problems/case-not-found")
    }
    assert not any(ITEM in answer.text for answer in refusals)
    assert (await agent.get(f"/api/cases/{case_id}")).status_code == 404
    assert (await agent.get(f"/api/cases/{case_id}/timeline")).status_code == 404
    assert (await agent.get("/api/cases")).json()["items"] == []
    assert await world.state(case_id) == "draft"


@pytest.mark.parametrize("limits", [{}, {"items": [ITEM]}, {"departments": ["HUZHENG"]}])
async def test_within_the_mandate_cases_are_listed_and_read(world, make_item, acts_for, principal, limits):
    case_id = await world.draft(make_item(ITEM))
    agent = acts_for(principal, **limits)
    assert [one["id"] for one in (await agent.get("/api/cases")).json()["items"]] == [case_id]
    read = (await agent.get(f"/api/cases/{case_id}")).json()
    saved = await agent.put(
        f"/api/cases/{case_id}/answers", {"answers": {"purpose": "改"}, "version": read["answers_version"]}
    )
    assert saved.status_code == 200


async def test_an_agent_of_one_is_nobody_to_another(world, make_item, acts_for):
    case_id = await world.draft(make_item(ITEM))
    agent = acts_for(world.person())
    for answer in (
        await agent.post(f"/api/cases/{case_id}/submit"),
        await agent.get(f"/api/cases/{case_id}"),
        await agent.put(f"/api/cases/{case_id}/answers", {"answers": {}, "version": 1}),
    ):
        assert answer.status_code == 404


async def test_the_level_that_counts_is_the_agents(world, make_item, acts_for, principal):
    case_id = await world.draft(make_item(ITEM, min_ial=3))
    refused = await acts_for(principal, ial=2).post(f"/api/cases/{case_id}/submit")
    assert refused.json()["type"] == "/problems/step-up-required"
    assert (await acts_for(principal, ial=3).post(f"/api/cases/{case_id}/submit")).status_code == 200


async def test_a_companys_agent_applies_for_the_company(world, make_item, acts_for):
    company = world.person(company=True)
    agent = acts_for(company, company=True)
    case_id = await world.draft(make_item(ITEM, applicant="enterprise"), agent)
    assert (await agent.post(f"/api/cases/{case_id}/submit")).status_code == 200
    assert (await company.get(f"/api/cases/{case_id}")).status_code == 200


async def test_an_agents_answer_under_a_key_is_not_the_owners(world, make_item, acts_for, principal):
    case_id = await world.draft(make_item(ITEM))
    agent, key = acts_for(principal), str(uuid4())
    assert (await agent.post(f"/api/cases/{case_id}/submit", key=key)).status_code == 200
    assert (await principal.post(f"/api/cases/{case_id}/submit", key=key)).status_code == 409


async def test_an_agent_sees_the_documents_of_what_the_mandate_is_for(world, make_item, acts_for, principal):
    case_id = await world.approved(make_item(ITEM))
    document = (await principal.get(f"/api/cases/{case_id}")).json()["document_id"]
    within, beyond = acts_for(principal, items=[ITEM]), acts_for(principal, items=["HUZHENG-102"])
    assert [one["id"] for one in (await within.get("/api/documents")).json()["items"]] == [document]
    assert (await within.get(f"/api/documents/{document}")).status_code == 200
    assert (await beyond.get("/api/documents")).json()["items"] == []
    assert (await beyond.get(f"/api/documents/{document}")).status_code == 404


async def test_a_query_by_an_agent_tells_only_of_cases_within_the_mandate(
    world, make_item, acts_for, principal
):
    hidden = make_item("HUZHENG-102", name="另一事项")
    await world.submitted(hidden)
    query = make_item(
        "HUZHENG-103", steps=("query",), name="户口业务办理进度查询", online_class="query_booking"
    )
    limited, free = acts_for(principal, items=["HUZHENG-103"]), acts_for(principal)
    for agent, names in ((limited, set()), (free, {hidden.name, query.name})):
        answer = await agent.post(f"/api/cases/{await world.draft(query, agent)}/submit")
        assert answer.status_code == 200, answer.text
        assert {one["item_name"] for one in answer.json()["result"]["cases"]} == names
