"""Lost and damaged parcels: claimed from every courier by its protocol, and what its answer makes of them."""

from typing import Any

import pytest
from contracts.case import CaseDispatchRequested

from ..conftest import Parcel
from .conftest import Way


async def claims(way: Way, kind: str = "lost", **options: Any) -> Any:
    row = await way.parcel.row()
    headers = options.get("headers", way.parcel.applicant) | {"Idempotency-Key": f"claim-{kind}"}
    body = {"kind": kind, "words": "一直没有收到"}
    return await way.svc.client.post(f"/api/shipments/{row['id']}/claims", json=body, headers=headers)


async def silent_for(way: Way, days: int) -> None:
    await way.svc.service.pool.execute(
        "UPDATE shipment SET last_heard_at = last_heard_at - make_interval(days => $1)", days
    )


async def decide(way: Way, outcome: str, **more: Any) -> None:
    """The courier decides; we ask when it is time to."""
    (claim,) = (await way.sandbox.control("GET", "/courier/claims"))["claims"]
    await way.sandbox.control(
        "POST", f"/courier/claims/{claim['claim_no']}/decide", {"outcome": outcome, **more}
    )
    await asked_again(way)


async def asked_again(way: Way) -> None:
    await way.svc.service.pool.execute(
        "UPDATE job SET run_at = now() WHERE kind IN ('courier.ask_claim', 'courier.tell_claim')"
    )
    await way.svc.run_jobs()


async def shown(way: Way) -> dict[str, Any]:
    (claim,) = (await way.parcel.view())["claims"]
    return claim


async def steps(way: Way) -> list[tuple[str, bool]]:
    events = [event for event in await way.svc.emitted() if event.TYPE == "courier.shipment.claim_moved"]
    return [(event.state, event.reissue) for event in events]


@pytest.fixture
async def lost(ordered: Way) -> Way:
    """Picked up, and not heard of any more; claimed, and the courier knows."""
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    await silent_for(ordered, 8)
    answer = await claims(ordered)
    assert answer.status_code == 201, answer.text
    await ordered.svc.run_jobs()
    assert (await shown(ordered))["state"] == "with_courier"
    return ordered


async def test_a_lost_parcel_is_written_off_when_the_courier_pays(lost: Way, carried_by: str) -> None:
    (booked,) = (await lost.sandbox.control("GET", "/courier/claims"))["claims"]
    assert (booked["courier"], booked["kind"]) == (carried_by, "1")
    assert "没有收到" not in str(booked)
    await decide(lost, "compensated", compensation_cents=35000)
    claim = await shown(lost)
    assert (claim["state"], claim["compensation_cents"]) == ("compensated", 35000)
    assert claim["reissued_at"] and await lost.parcel.state() == "lost"
    assert await steps(lost) == [("opened", False), ("with_courier", False), ("compensated", True)]
    await asked_again(lost)
    assert len(await steps(lost)) == 3


async def test_what_is_made_anew_travels_under_a_parcel_of_its_own(lost: Way) -> None:
    await decide(lost, "compensated")
    again = CaseDispatchRequested(**lost.parcel.event.model_dump())
    await lost.svc.deliver(again)
    await lost.svc.run_jobs()
    states = await lost.svc.service.pool.fetch("SELECT state FROM shipment ORDER BY id")
    assert [row["state"] for row in states] == ["lost", "created"]
    assert len(await lost.sandbox.orders()) == 2


async def test_a_refusal_ends_the_claim_and_the_unit_may_still_have_it_made_anew(lost: Way) -> None:
    await decide(lost, "refused")
    claim = await shown(lost)
    assert (claim["state"], claim["reissued_at"]) == ("refused", None)
    assert await lost.parcel.state() == "picked_up"


async def test_what_the_courier_finds_travels_on(lost: Way) -> None:
    await decide(lost, "found")
    assert (await shown(lost))["state"] == "found"
    await lost.goes("IN_TRANSIT", "DELIVERED")
    await lost.heard(3)
    assert await lost.parcel.state() == "delivered"
    assert await steps(lost) == [("opened", False), ("with_courier", False), ("found", False)]


async def test_what_arrives_after_all_is_found_without_the_courier_saying_so(lost: Way) -> None:
    await lost.goes("DELIVERED")
    await lost.heard(2)
    await asked_again(lost)
    assert (await shown(lost))["state"] == "found" and await lost.parcel.state() == "delivered"


async def test_what_arrives_after_it_was_written_off_is_shown_to_the_unit_and_told_to_nobody(
    lost: Way,
) -> None:
    await decide(lost, "compensated")
    await lost.goes("DELIVERED")
    await lost.heard(2)
    assert (await lost.parcel.view())["attention"] == "delivered_after_lost"
    assert await lost.parcel.state() == "lost" and "delivered" not in await lost.parcel.told()


async def test_damage_is_claimed_after_the_delivery_and_made_anew_when_the_courier_pays(ordered: Way) -> None:
    await ordered.goes("PICKED_UP", "DELIVERED")
    await ordered.heard(2)
    assert (await claims(ordered, "damaged")).status_code == 201
    await ordered.svc.run_jobs()
    await decide(ordered, "compensated")
    assert await steps(ordered) == [("opened", False), ("with_courier", False), ("compensated", True)]
    assert await ordered.parcel.state() == "delivered"


async def test_a_courier_that_is_down_is_told_once_it_answers(ordered: Way) -> None:
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    await silent_for(ordered, 8)
    await ordered.sandbox.fault(down=True)
    assert (await claims(ordered)).status_code == 201
    await ordered.svc.run_jobs()
    assert (await shown(ordered))["state"] == "opened"
    await ordered.sandbox.fault(lost_answer_next=1)
    await asked_again(ordered)
    await asked_again(ordered)
    assert (await shown(ordered))["state"] == "with_courier"
    assert len((await ordered.sandbox.control("GET", "/courier/claims"))["claims"]) == 1


async def test_a_claim_decided_while_its_answer_was_lost_is_decided_here_too(ordered: Way) -> None:
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    await silent_for(ordered, 8)
    await ordered.sandbox.fault(lost_answer_next=1)
    assert (await claims(ordered)).status_code == 201
    await ordered.svc.run_jobs()
    assert (await shown(ordered))["state"] == "opened"
    await decide(ordered, "compensated")
    await asked_again(ordered)
    assert await steps(ordered) == [("opened", False), ("with_courier", False), ("compensated", True)]


async def test_a_claim_of_another_case_is_none_of_ones_business(lost: Way) -> None:
    stranger = Parcel(
        lost.svc, lost.parcel.event.model_copy(update={"applicant_id": lost.parcel.event.case_id})
    )
    answer = await claims(lost, headers=stranger.applicant)
    assert answer.status_code == 404
