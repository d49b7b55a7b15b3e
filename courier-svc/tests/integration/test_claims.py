"""Who may call a parcel lost or damaged, and when; who has it made anew."""

import asyncio
from uuid import uuid4

import pytest
from chassis.testing import bearer

from ..conftest import DEPARTMENT, UNIT, agent_of

WORDS = "外封被撕开，证件折断"


def officer(parcel, **more):
    return bearer(parcel.svc.tokens.officer(uuid4(), unit=UNIT, department=DEPARTMENT, **more))


async def claim(parcel, kind, headers=None, key="k", **body):
    path = f"/api/shipments/{(await parcel.row())['id']}/claims"
    headers = (headers or parcel.applicant) | {"Idempotency-Key": key}
    return await parcel.svc.client.post(path, json={"kind": kind, **body}, headers=headers)


async def anew(parcel, claim_id, headers, key="anew"):
    path = f"/api/shipments/{(await parcel.row())['id']}/claims/{claim_id}/reissue"
    return await parcel.svc.client.post(path, headers=headers | {"Idempotency-Key": key})


async def told(parcel):
    events = [event for event in await parcel.svc.emitted() if event.TYPE == "courier.shipment.claim_moved"]
    return [(event.state, event.reissue) for event in events]


async def age(parcel, days):
    await parcel.svc.service.pool.execute(
        "UPDATE shipment SET last_heard_at = last_heard_at - make_interval(days => $1),"
        " ended_at = ended_at - make_interval(days => $1)",
        days,
    )


@pytest.fixture
async def travelling(created, courier):
    await courier.push(await created.order_no(), "PICKED_UP")
    return created


@pytest.fixture
async def delivered(travelling, courier):
    await courier.push(await travelling.order_no(), "DELIVERED")
    return travelling


async def test_its_owner_waits_for_days_of_silence_an_officer_need_not(travelling):
    early = await claim(travelling, "lost")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/claim-too-early")
    assert early.json()["possible_from"]
    await age(travelling, 7)
    assert (await claim(travelling, "lost", key="later")).status_code == 201


async def test_an_officer_who_heard_that_it_is_lost_need_not_wait(travelling):
    assert (await claim(travelling, "lost", officer(travelling))).status_code == 201
    assert [act["by"] for act in await travelling.acts()] == ["officer"]


@pytest.mark.parametrize("kind", ["lost", "damaged"])
async def test_what_never_left_is_neither_lost_nor_damaged(created, kind):
    answer = await claim(created, kind, officer(created))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/nothing-to-claim")


async def test_damage_is_told_within_days_of_the_delivery(delivered):
    await age(delivered, 8)
    late = await claim(delivered, "damaged")
    assert (late.status_code, late.json()["type"]) == (409, "/problems/claim-too-late")
    await age(delivered, -2)
    answer = await claim(delivered, "damaged", key="in time", words=WORDS)
    assert answer.status_code == 201 and answer.json()["words"] == WORDS
    (row,) = await delivered.svc.service.pool.fetch("SELECT sealed_words FROM claim")
    assert WORDS.encode() not in row["sealed_words"]


async def test_one_claim_a_parcel_however_many_ask_at_once(delivered):
    answers = await asyncio.gather(*(claim(delivered, "damaged", key=f"k{n}") for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert await told(delivered) == [("opened", False)]


async def test_the_unit_has_it_made_anew_without_waiting_for_the_courier(travelling):
    police = officer(travelling)
    claim_id = (await claim(travelling, "lost", police)).json()["id"]
    for key in ("once", "twice"):
        answer = await anew(travelling, claim_id, police, key)
        assert answer.status_code == 200 and answer.json()["reissued_at"], answer.text
    assert await told(travelling) == [("opened", False), ("opened", True)]
    assert await travelling.state() == "lost"
    assert [act["what"] for act in await travelling.acts()] == ["claimed", "reissued"]


async def test_only_the_unit_decides_to_make_it_anew(travelling):
    claim_id = (await claim(travelling, "lost", officer(travelling))).json()["id"]
    assert (await anew(travelling, claim_id, travelling.applicant)).status_code == 403
    other = bearer(travelling.svc.tokens.officer(uuid4(), unit="BL-HUZHENG", department="CRJ"))
    assert (await anew(travelling, claim_id, other)).status_code == 404
    assert (await anew(travelling, uuid4(), officer(travelling))).status_code == 404
    assert await told(travelling) == [("opened", False)]


async def test_who_acts_for_the_owner_is_kept_with_it(delivered):
    account, headers = agent_of(delivered)
    assert (await claim(delivered, "damaged", headers)).status_code == 201
    assert [(act["by"], act["acted_by"]) for act in await delivered.acts()] == [("agent", str(account))]
    (event,) = [one for one in await delivered.svc.emitted() if one.TYPE == "courier.shipment.claim_moved"]
    assert event.acted_by == account and event.mandate_id is not None


async def test_a_claim_without_or_with_strange_words_is_told_what_is_wrong(delivered):
    for body in ({"words": "x"}, {"words": "坏" * 501}, {"words": "坏\u0007了"}, {"surprise": 1}):
        answer = await claim(delivered, "damaged", **body)
        assert answer.status_code == 422 and answer.json()["errors"], body
    assert (await claim(delivered, "stolen")).status_code == 422
    assert await told(delivered) == []
