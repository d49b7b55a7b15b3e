"""Results that are sent, and not for free: what is asked for them, when, and what a new address changes."""

import pytest
from case_svc.domain.postage import Tariff
from contracts.case import CaseAddressChanged, CaseDispatchRequested, CasePostageRequested
from contracts.payment import OrderPaid

from .test_contracts import ELSEWHERE
from .test_whole_path import paid

WITH_FEE = ("accept", "review", "approve", "pay", "produce", "deliver")
WITHOUT = ("accept", "review", "produce", "deliver")
FAR = ELSEWHERE | {"province": "甘肃省", "city": "兰州市", "county": "城关区"}


def sent(make_item, steps=WITHOUT, **more):
    return make_item(steps=steps, delivery_free=False, **more)


async def told(world, kind):
    return [event for event in await world.emitted() if isinstance(event, kind)]


@pytest.mark.parametrize(
    "province, cents",
    [("陕西省", 2000), ("陕西", 2000), (" 陕西省 ", 2000), ("", 2000), ("甘肃省", 2300), ("北京市", 2300)],
)
def test_the_tariff_is_by_province(province, cents):
    assert Tariff("陕西", 2000, 2300).cents_to({"province": province}) == cents


def test_no_place_yet_is_near():
    assert Tariff("陕西", 2000, 2300).cents_to(None) == 2000


@pytest.mark.parametrize(
    "steps, levels, state", [(WITH_FEE, 1, "awaiting_payment"), (WITHOUT, 0, "in_production")]
)
async def test_postage_is_asked_for_at_approval(world, make_item, steps, levels, state) -> None:
    case_id = await world.approved(sent(make_item, steps, approval_levels=levels))
    (asked,) = await told(world, CasePostageRequested)
    assert (asked.amount_cents, asked.purpose) == (2000, "户籍证明开具（寄递费）")
    assert await world.state(case_id) == state, "nothing else waits for it"
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert any(
        "20.00" in entry["text"] for entry in timeline["entries"] if entry["action"] == "request_postage"
    )


async def test_far_away_costs_more(world, make_item) -> None:
    item = sent(make_item)
    case_id = await world.submitted(item, delivery_address=FAR)
    await world.officer().post(f"/api/cases/{case_id}/accept")
    await world.officer(2).post(f"/api/cases/{case_id}/decisions", {"decision": "approve", "opinion": "同意"})
    assert [event.amount_cents for event in await told(world, CasePostageRequested)] == [2300]


async def test_what_is_free_is_asked_nothing_for(world, make_item) -> None:
    case_id = await world.approved(make_item(steps=WITHOUT))
    await world.officer().post(f"/api/cases/{case_id}/produce")
    assert await told(world, CasePostageRequested) == []
    assert [event.postage_free for event in await told(world, CaseDispatchRequested)] == [True]


@pytest.mark.parametrize(
    "steps, levels, state", [(WITH_FEE, 1, "awaiting_payment"), (WITHOUT, 0, "in_production")]
)
async def test_what_an_instance_without_postage_took_in_is_sent_for_nothing(
    world, make_item, steps, levels, state
) -> None:
    case_id = await world.accepted(sent(make_item, steps, approval_levels=levels))
    async with world.uow() as uow:
        await uow.execute("UPDATE cases SET postage_cents = NULL")
    answer = await world.officer(2).post(
        f"/api/cases/{case_id}/decisions", {"decision": "approve", "opinion": "同意"}
    )
    assert answer.status_code == 200, answer.text
    assert await world.state(case_id) == state
    assert await told(world, CasePostageRequested) == []
    if state == "in_production":
        await world.officer().post(f"/api/cases/{case_id}/produce")
        assert [event.postage_free for event in await told(world, CaseDispatchRequested)] == [True]


async def test_the_parcel_is_told_not_to_be_free(world, make_item) -> None:
    case_id = await world.approved(sent(make_item))
    await world.officer().post(f"/api/cases/{case_id}/produce")
    assert [event.postage_free for event in await told(world, CaseDispatchRequested)] == [False]


@pytest.mark.parametrize("approved", [False, True])
async def test_a_new_address_has_its_own_price(world, make_item, approved) -> None:
    case_id = await (world.approved if approved else world.accepted)(sent(make_item))
    answer = await world.citizen.put(f"/api/cases/{case_id}/delivery-address", FAR)
    assert answer.status_code == 204, answer.text
    assert [event.postage_cents for event in await told(world, CaseAddressChanged)] == [2300]
    if not approved:
        await world.officer(2).post(
            f"/api/cases/{case_id}/decisions", {"decision": "approve", "opinion": "同意"}
        )
        assert [event.amount_cents for event in await told(world, CasePostageRequested)] == [2300]


async def test_a_supplement_that_sends_it_elsewhere_has_the_price_of_there(world, make_item) -> None:
    case_id = await world.submitted(sent(make_item))
    lacking = {"lacking": [{"what": "请核对寄送地址"}]}
    asked = await world.officer().post(f"/api/cases/{case_id}/supplement-requests", lacking)
    assert asked.status_code == 200, asked.text
    form = (await world.citizen.get(f"/api/cases/{case_id}/answers")).json()
    answers = form["answers"] | {"delivery_address": FAR}
    saved = await world.citizen.put(
        f"/api/cases/{case_id}/answers", {"answers": answers, "version": form["version"]}
    )
    assert saved.is_success, saved.text
    assert (await world.citizen.post(f"/api/cases/{case_id}/supplements", {})).status_code == 200
    await world.officer().post(f"/api/cases/{case_id}/accept")
    await world.officer(2).post(f"/api/cases/{case_id}/decisions", {"decision": "approve", "opinion": "同意"})
    assert [event.amount_cents for event in await told(world, CasePostageRequested)] == [2300]


async def test_paid_postage_is_told_in_the_history_and_moves_nothing(world, make_item) -> None:
    case_id = await world.approved(sent(make_item, WITH_FEE, approval_levels=1))
    postage = paid(case_id, 2000)
    await world.deliver(OrderPaid(**postage.model_dump() | {"kind": "postage"}))
    assert await world.state(case_id) == "awaiting_payment"
    await world.deliver(paid(case_id))
    assert await world.state(case_id) == "in_production"
    timeline = (await world.citizen.get(f"/api/cases/{case_id}/timeline")).json()
    assert [e["text"] for e in timeline["entries"] if e["action"] == "postage_paid"] == [
        "已收到寄递费 20.00 元。"
    ]


async def test_whoever_comes_before_the_courier_takes_it_along(world, make_item) -> None:
    case_id = await world.approved(sent(make_item))
    await world.officer().post(f"/api/cases/{case_id}/produce")
    answer = await world.officer().post(f"/api/cases/{case_id}/collect")
    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    assert (await world.emitted())[-1].how == "collected"
