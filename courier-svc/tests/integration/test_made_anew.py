"""What was lost is made anew only while it is, and what is sent then goes the way of the parcel before it."""

from typing import Any

import pytest
from chassis.testing import Running
from contracts.case import CaseAddressChanged, CaseCompleted, CaseDispatchRequested
from contracts.courier import ShipmentCancelled

from ..conftest import HOME, Courier, Parcel, SandboxCourier
from .test_changes_of_mind import NEW_HOME
from .test_claims import anew, claim, officer, told


async def lost_by_officer(parcel: Parcel) -> str:
    """A claim that the courier knows of, and has not decided."""
    answer = await claim(parcel, "lost", officer(parcel))
    assert answer.status_code == 201, answer.text
    await parcel.svc.run_jobs()
    return answer.json()["id"]


async def assert_not_lost(parcel: Parcel, claim_id: str, key: str = "anew") -> None:
    answer = await anew(parcel, claim_id, officer(parcel), key)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/parcel-not-lost"), answer.text
    assert not any(reissue for _, reissue in await told(parcel))


@pytest.fixture
async def moving(created: Parcel, courier: Courier) -> Parcel:
    await courier.push(await created.order_no(), "PICKED_UP")
    return created


async def test_what_came_back_or_went_out_again_is_not_made_anew(moving: Parcel, courier: Courier) -> None:
    claim_id = await lost_by_officer(moving)
    await courier.push(await moving.order_no(), "RETURNED")
    await assert_not_lost(moving, claim_id)
    assert (await moving.resend()).status_code == 200
    await assert_not_lost(moving, claim_id, "again")
    await moving.svc.run_jobs()
    await courier.push(await moving.order_no(), "PICKED_UP")
    await assert_not_lost(moving, claim_id, "under way")
    assert await moving.state() == "picked_up"


@pytest.mark.parametrize("state", ["with_courier", "refused"])
async def test_what_its_owner_has_in_hand_is_not_made_anew_as_lost(
    moving: Parcel, courier: Courier, state: str
) -> None:
    claim_id = await lost_by_officer(moving)
    await moving.svc.service.pool.execute("UPDATE claim SET state = $1", state)
    await courier.push(await moving.order_no(), "DELIVERED")
    await assert_not_lost(moving, claim_id)
    assert await moving.state() == "delivered"


async def test_what_nobody_waits_for_any_more_is_not_made_anew(moving: Parcel) -> None:
    claim_id = await lost_by_officer(moving)
    await moving.complete("collected")
    answer = await anew(moving, claim_id, officer(moving))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/nothing-to-make-anew")
    assert "窗口领取" in answer.json()["detail"]


async def test_what_turns_up_while_the_courier_answers_is_found(
    moving: Parcel, sandbox: SandboxCourier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lost_by_officer(moving)
    pool, calls = moving.svc.service.pool, moving.svc.service.state.desk.carriers.named("ems").calls
    (booked,) = (await sandbox.control("GET", "/courier/claims"))["claims"]
    decision = f"/courier/claims/{booked['claim_no']}/decide"
    await sandbox.control("POST", decision, {"outcome": "compensated"})
    ask = calls.claim

    async def delivered_meanwhile(*args: Any) -> Any:
        await pool.execute("UPDATE shipment SET state = 'delivered', ended_at = now()")
        return await ask(*args)

    monkeypatch.setattr(calls, "claim", delivered_meanwhile)
    await pool.execute("UPDATE job SET run_at = now() WHERE kind = 'courier.ask_claim'")
    await moving.svc.run_jobs()
    assert await told(moving) == [("opened", False), ("with_courier", False), ("found", False)]
    assert await moving.state() == "delivered"


async def made_anew(parcel: Parcel) -> None:
    """Written off, and what was in it is to be sent again."""
    claim_id = await lost_by_officer(parcel)
    assert (await anew(parcel, claim_id, officer(parcel))).status_code == 200
    await parcel.svc.deliver(CaseDispatchRequested(**parcel.event.model_dump() | {"postage_free": True}))


async def given_at_the_parcel(svc: Running, requested: Parcel, courier: Courier) -> None:
    assert (await requested.readdress(NEW_HOME)).status_code == 200
    await svc.run_jobs()
    await courier.push(await requested.order_no(), "PICKED_UP")


async def test_what_is_made_anew_goes_where_the_lost_parcel_was_to_go(
    svc: Running, requested: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    await given_at_the_parcel(svc, requested, courier)
    await made_anew(requested)
    await svc.run_jobs()
    orders = await sandbox.orders("parties=true")
    assert [order["receiver"]["name"] for order in orders] == [NEW_HOME["name"]] * 2
    rows = await svc.service.pool.fetch("SELECT address_given, sealed_address FROM shipment")
    assert [row["address_given"] for row in rows] == [True, True]
    assert len({row["sealed_address"] for row in rows}) == 2, "each sealed for its own parcel"


async def test_an_address_given_at_the_case_since_is_the_later_word(
    svc: Running, requested: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    await given_at_the_parcel(svc, requested, courier)
    claim_id = await lost_by_officer(requested)
    assert (await anew(requested, claim_id, officer(requested))).status_code == 200
    facts = requested.event.model_dump(exclude={"postage_free", "id_bound"}) | {"state": "in_production"}
    await svc.deliver(CaseAddressChanged(**facts), CaseDispatchRequested(**requested.event.model_dump()))
    await svc.run_jobs()
    names = {order["receiver"]["name"] for order in await sandbox.orders("parties=true")}
    assert names == {NEW_HOME["name"], HOME.name}


async def test_an_address_that_was_purged_is_asked_for_again(
    svc: Running, requested: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    await given_at_the_parcel(svc, requested, courier)
    claim_id = await lost_by_officer(requested)
    assert (await anew(requested, claim_id, officer(requested))).status_code == 200
    pool = svc.service.pool
    await pool.execute("UPDATE shipment SET purge_at = now()")
    await pool.execute("INSERT INTO job (kind, key) VALUES ('courier.purge_addresses', 'recurring')")
    await svc.run_jobs()
    await svc.deliver(CaseDispatchRequested(**requested.event.model_dump()))
    await svc.run_jobs()
    names = {order["receiver"]["name"] for order in await sandbox.orders("parties=true")}
    assert names == {NEW_HOME["name"], HOME.name}


async def test_a_free_replacement_that_is_collected_gives_no_postage_back(moving: Parcel) -> None:
    await made_anew(moving)
    facts = moving.event.model_dump(exclude={"postage_free", "id_bound"}) | {"state": "completed"}
    await moving.svc.deliver(CaseCompleted(**facts, how="collected"))
    await moving.svc.run_jobs()
    cancelled = [event for event in await moving.svc.emitted() if isinstance(event, ShipmentCancelled)]
    assert [event.carried for event in cancelled] == [True]
