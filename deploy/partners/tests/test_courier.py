"""Parcels at the courier, both ways."""

from uuid import uuid4

import pytest
from partners.courier.books import waybill


def codes(got):
    return [push.body["code"] for push in got]


def test_a_waybill_number_carries_the_postal_check_digit():
    assert waybill(47312482) == "EX473124829CN"  # the example of UPU S10
    assert waybill(1) == "EX000000014CN"


@pytest.mark.parametrize("direction", ["to_applicant", "from_applicant"])
async def test_a_parcel_travels_by_itself_and_tells_in_order(caller, direction):
    parcel = await caller.parcel(direction=direction)
    got = await caller.receiver.wait_for(3)
    assert codes(got) == ["PICKED_UP", "OUT_FOR_DELIVERY", "DELIVERED"]
    assert all(caller.is_genuine("courier", push.headers, push.raw) for push in got)
    assert {push.body["waybill_no"] for push in got} == {parcel["waybill_no"]}
    traces = await caller.ok("GET", f"/courier/v1/orders/{parcel['order_no']}/traces")
    assert (traces["state"], traces["direction"]) == ("DELIVERED", direction)
    assert [trace["event_id"] for trace in traces["traces"]] == [push.body["event_id"] for push in got]


async def test_the_same_order_number_gives_the_same_waybill(caller):
    first = await caller.parcel("parcel-1")
    again = await caller.parcel("parcel-1", id_bound=False)
    assert again["waybill_no"] == first["waybill_no"]
    assert (await caller.parcel("parcel-2"))["waybill_no"] != first["waybill_no"]
    party = {"name": "a", "phone": "1", "address": "b"}
    other = {
        "order_no": "parcel-1",
        "direction": "from_applicant",
        "sender": party,
        "receiver": party,
        "notify_url": "http://x",
    }
    assert await caller.refused("POST", "/courier/v1/orders", other) == (409, "ORDER_NO_CONFLICT")
    assert await caller.refused("POST", "/courier/v1/orders", other | {"sender": {}}) == (400, "PARAM_ERROR")


async def test_a_parcel_can_be_cancelled_until_it_is_picked_up(caller):
    await caller.control("PATCH", "/settings", {"courier_auto": False})
    await caller.parcel("parcel-1")
    assert (await caller.ok("POST", "/courier/v1/orders/parcel-1/cancel"))["state"] == "CANCELLED"
    assert (await caller.ok("POST", "/courier/v1/orders/parcel-1/cancel", {"reason": "撤回"}))[
        "state"
    ] == "CANCELLED"
    again = {
        "order_no": "parcel-1",
        "direction": "to_applicant",
        "sender": {"name": "a", "phone": "1", "address": "b"},
        "receiver": {"name": "a", "phone": "1", "address": "b"},
        "notify_url": "http://x",
    }
    assert await caller.refused("POST", "/courier/v1/orders", again) == (409, "ORDER_CANCELLED")

    await caller.parcel("parcel-2")
    await caller.control("POST", "/courier/parcel-2/advance", {"code": "PICKED_UP"})
    refused = await caller.refused("POST", "/courier/v1/orders/parcel-2/cancel")
    assert refused == (409, "ALREADY_PICKED_UP")
    assert await caller.refused("GET", f"/courier/v1/orders/{uuid4()}/traces") == (404, "ORDER_NOT_EXIST")


async def test_a_parcel_moved_by_hand_takes_any_code_and_no_longer_moves_by_itself(caller, sandbox):
    await caller.control("PATCH", "/settings", {"courier_step_seconds": 3600})
    await caller.parcel("parcel-1")
    for code in ("PICKED_UP", "DOG_ATE_IT", "RETURNED"):
        await caller.control("POST", "/courier/parcel-1/advance", {"code": code})
    await caller.receiver.wait_for(3)
    await caller.control("PATCH", "/settings", {"courier_step_seconds": 0})
    traces = (await caller.ok("GET", "/courier/v1/orders/parcel-1/traces"))["traces"]
    assert [trace["code"] for trace in traces] == ["PICKED_UP", "DOG_ATE_IT", "RETURNED"]
    assert sandbox.depot.moving_by_themselves() == 0


async def test_parcels_held_back_go_on_when_told(caller):
    await caller.control(
        "PATCH", "/settings", {"courier_auto": False, "courier_path": ["PICKED_UP", "RETURNED"]}
    )
    await caller.parcel()
    assert caller.receiver.got == []
    await caller.control("PATCH", "/settings", {"courier_auto": True})
    assert codes(await caller.receiver.wait_for(2)) == ["PICKED_UP", "RETURNED"]


async def test_a_failing_push_does_not_stop_the_parcel(caller):
    caller.receiver.answers = [(500, {})]
    await caller.parcel()
    got = await caller.receiver.wait_for(4)
    assert sorted(codes(got)) == ["DELIVERED", "OUT_FOR_DELIVERY", "PICKED_UP", "PICKED_UP"]
    assert len(await caller.all_acked(3)) == 3
