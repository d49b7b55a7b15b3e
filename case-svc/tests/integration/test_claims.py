"""Claiming cases from the queue, and what becomes of claims when their holder moves on."""

import asyncio

import pytest
from chassis.clock import now
from contracts.identity import OfficerAssigned
from contracts.tokens import Role

LEVELS = ("accept", "review", "approve", "produce")


def assigned(officer, unit="XC-HUZHENG", *, active=True, roles=("officer",)) -> OfficerAssigned:
    return OfficerAssigned(
        officer_id=officer.id, unit=unit, department="HUZHENG", branch=unit.split("-")[0], rank=1,
        roles=roles, active=active,
    )  # fmt: skip


async def holder(world, case_id):
    async with world.uow() as uow:
        return await uow.fetchval("SELECT assigned_to FROM cases WHERE id = $1::text::uuid", case_id)


async def told(world, case_id, who=None):
    timeline = (await (who or world.citizen).get(f"/api/cases/{case_id}/timeline")).json()
    return [entry["action"] for entry in timeline["entries"]]


async def queue(officer, **asked):
    answer = await officer.get("/api/cases/queue", params=asked)
    assert answer.status_code == 200, answer.text
    return [case["id"] for case in answer.json()["items"]]


async def claim(officer, case_id, body=None):
    return await officer.post(f"/api/cases/{case_id}/claim", body)


async def test_the_queue_tells_what_is_mine_and_what_is_nobodys(world, make_item) -> None:
    first, second, third = [await world.submitted(make_item()) for _ in range(3)]
    one, other = world.officer(), world.officer()
    claimed = await claim(one, first)
    assert claimed.status_code == 200 and claimed.json()["assigned_to"] == str(one.id)
    assert (await claim(one, first)).status_code == 200  # the same again changes nothing
    await claim(other, second)
    assert await queue(one) == [first, second, third]
    assert await queue(one, claimed="mine") == [first]
    assert await queue(one, claimed="none") == [third]
    leader = world.officer(3, unit="CITY-HUZHENG")
    assert await queue(leader, unit="all", claimed="none") == [third]
    assert (await told(world, first)).count("claimed") == 1


async def test_what_i_hold_comes_in_pages(world, make_item) -> None:
    officer = world.officer()
    cases = [await world.submitted(make_item()) for _ in range(3)]
    for case_id in cases:
        await claim(officer, case_id)
    page = (await officer.get("/api/cases/queue?claimed=mine&limit=2")).json()
    assert [case["id"] for case in page["items"]] == cases[:2]
    assert await queue(officer, claimed="mine", limit=2, cursor=page["next"]) == cases[2:]


async def test_of_two_who_claim_at_once_one_holds_the_case(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    officers = [world.officer() for _ in range(4)]
    answers = await asyncio.gather(*(claim(one, case_id) for one in officers))
    won = [one for one, answer in zip(officers, answers, strict=True) if answer.status_code == 200]
    assert len(won) == 1 and {answer.status_code for answer in answers} == {200, 409}
    assert await holder(world, case_id) == won[0].id


async def test_a_colleagues_case_is_taken_over_on_purpose_only(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    one, other = world.officer(), world.officer()
    await claim(one, case_id)
    refused = await claim(other, case_id)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/case-claimed")
    taken = await claim(other, case_id, {"take_over": True})
    assert taken.json()["assigned_to"] == str(other.id)
    assert (await told(world, case_id))[-1] == "taken_over"
    entries = (await other.get(f"/api/cases/{case_id}/timeline")).json()["entries"]
    assert entries[-1]["facts"] == {"taken_over_from": str(one.id)}
    seen = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()["entries"]
    assert seen[-1]["facts"] == {}


async def test_a_case_goes_back_by_its_holder_or_a_supervisor(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    one, other = world.officer(), world.officer()
    supervisor = world.officer(2, roles=(Role.OFFICER, Role.SUPERVISOR))
    for giver in (one, supervisor):
        await claim(one, case_id)
        refused = await other.post(f"/api/cases/{case_id}/release")
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-your-claim")
        released = await giver.post(f"/api/cases/{case_id}/release")
        assert (released.status_code, released.json()["assigned_to"]) == (200, None)
    assert (await other.post(f"/api/cases/{case_id}/release")).status_code == 200  # nobody's already
    assert (await told(world, case_id)).count("released") == 2


async def test_others_of_the_unit_may_act_and_history_says_so(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    one, other = world.officer(), world.officer()
    await claim(one, case_id)
    assert (await other.post(f"/api/cases/{case_id}/accept")).status_code == 200
    assert await holder(world, case_id) == other.id  # without levels, who accepts goes on
    entries = (await one.get(f"/api/cases/{case_id}/timeline")).json()["entries"]
    assert entries[-1]["facts"]["taken_over_from"] == str(one.id)
    assert "taken_over_from" not in (await world.citizen.get(f"/api/cases/{case_id}/timeline")).text
    decided = await other.post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    assert decided.status_code == 200 and await holder(world, case_id) is None


async def test_a_claim_outlives_a_supplement_and_ends_where_another_must_act(world, make_item) -> None:
    case_id = await world.submitted(make_item(steps=LEVELS, approval_levels=2))
    officer = world.officer()
    await claim(officer, case_id)
    await officer.post(f"/api/cases/{case_id}/supplement-requests", {"lacking": [{"what": "照片"}]})
    assert await queue(officer, claimed="mine") == []
    refused = await claim(world.officer(), case_id, {"take_over": True})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-in-queue")
    await world.citizen.post(f"/api/cases/{case_id}/supplements", {})
    assert await queue(officer, claimed="mine") == [case_id]
    await officer.post(f"/api/cases/{case_id}/accept")
    assert await holder(world, case_id) is None  # the acceptor does not decide by levels
    head = world.officer(2)
    await claim(head, case_id)
    await head.post(f"/api/cases/{case_id}/decisions", {"decision": "approve"})
    assert await holder(world, case_id) is None


async def test_a_withdrawn_case_is_nobodys(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    await claim(world.officer(), case_id)
    assert (await world.citizen.post(f"/api/cases/{case_id}/withdraw", {})).status_code == 200
    assert await holder(world, case_id) is None


async def test_auxiliaries_and_strangers_claim_nothing(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    helper = world.officer(0, roles=(Role.AUXILIARY,))
    assert (await claim(helper, case_id)).status_code == 403
    assert (await claim(world.officer(unit="BL-HUZHENG"), case_id)).status_code == 404
    assert (await world.officer(unit="BL-HUZHENG").post(f"/api/cases/{case_id}/release")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "BL-HUZHENG"},
        {"active": False},
        {"roles": ("auxiliary",)},
    ],
)
async def test_who_moves_on_leaves_their_cases_to_the_unit(world, make_item, change) -> None:
    open_case, mine_elsewhere = [await world.submitted(make_item()) for _ in range(2)]
    officer = world.officer()
    await world.deliver(assigned(officer))
    await claim(officer, open_case)
    await world.deliver(assigned(officer, **change))
    assert await holder(world, open_case) is None
    assert (await told(world, open_case))[-1] == "returned_to_queue"
    assert await queue(world.officer(), claimed="none") == [open_case, mine_elsewhere]


async def test_a_promotion_takes_no_case_away(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    officer = world.officer()
    await claim(officer, case_id)
    await world.deliver(assigned(officer))  # told for the first time: nothing is known of an earlier post
    await world.deliver(assigned(officer).model_copy(update={"rank": 2}))
    assert await holder(world, case_id) == officer.id


async def test_what_waits_for_a_supplement_goes_back_too(world, make_item) -> None:
    case_id = await world.submitted(make_item())
    officer = world.officer()
    await world.deliver(assigned(officer))
    await claim(officer, case_id)
    await officer.post(f"/api/cases/{case_id}/supplement-requests", {"lacking": [{"what": "照片"}]})
    await world.deliver(assigned(officer, "BL-HUZHENG"))
    assert await holder(world, case_id) is None


async def test_a_move_under_way_does_not_bring_a_returned_claim_back(world, make_item, monkeypatch) -> None:
    case_id = await world.submitted(make_item())
    officer = world.officer()
    await world.deliver(assigned(officer))
    await claim(officer, case_id)
    desk = world.service.state.desk
    around = type(desk).around

    async def transferred_meanwhile(self, uow, case):
        await world.deliver(assigned(officer, "BL-HUZHENG"))
        return await around(self, uow, case)

    monkeypatch.setattr(type(desk), "around", transferred_meanwhile)
    answer = await officer.post(f"/api/cases/{case_id}/accept")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/case-changed")
    assert await holder(world, case_id) is None and now()
