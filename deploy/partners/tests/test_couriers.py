"""Parcels at the couriers: one depot, the same by either protocol."""

import json
from uuid import uuid4

import pytest
from partners.courier.ems.face import waybill

from .customers import PERSON, seal


async def pushes(caller, courier, count):
    got = await caller.receiver.wait_for(count)
    return [courier.pushed(one.raw) for one in got if one.partner == courier.name]


def test_a_waybill_number_carries_the_postal_check_digit():
    assert waybill(47312482) == "EX473124829CN"  # the example of UPU S10
    assert waybill(1) == "EX000000014CN"


async def test_a_parcel_travels_by_itself_and_tells_in_order(caller, courier):
    number, waybill_no = await courier.place()
    told = await pushes(caller, courier, 3)
    assert [one["code"] for one in told] == list(courier.codes.values())
    assert {(one["order_no"], one["waybill_no"]) for one in told} == {(number, waybill_no)}
    scans = await courier.scans(number, waybill_no)
    assert [(one["code"], one["time"], one["words"]) for one in told] == [
        (scan["code"], scan["time"], scan["words"]) for scan in scans
    ]


async def test_the_books_show_what_was_pushed_under_one_id(caller, courier):
    number, waybill_no = await courier.place()
    await caller.all_acked(3)
    (order,) = (await caller.control("GET", f"/books/courier?courier={courier.name}"))["orders"]
    assert (order["courier"], order["order_no"], order["state"]) == (courier.name, number, "DELIVERED")
    booked = {notice["notice_id"] for notice in await caller.notices(partner="courier", ref=number)}
    assert booked == {trace["event_id"] for trace in order["traces"]}
    (first, *_) = order["traces"]
    stamp = first["time"][:19].replace("-", "").replace(":", "").replace("T", "")
    assert first["event_id"] == f"{waybill_no}-{first['op_code']}-{stamp}"


async def test_the_same_order_number_gives_the_same_waybill(caller, courier):
    _, first = await courier.place("parcel-1")
    assert (await courier.place("parcel-1"))[1] == first
    assert (await courier.place("parcel-2"))[1] != first


async def test_the_two_couriers_share_no_numbers(ems, sf):
    assert (await ems.place("parcel-1"))[1] != (await sf.place("parcel-1"))[1]


async def test_a_parcel_can_be_cancelled_until_it_is_picked_up(caller, courier):
    fine, unknown, too_late = {"ems": ("00000", "B00002", "B00003"), "sf": ("S0000", "8018", "8057")}[
        courier.name
    ]
    await caller.control("PATCH", "/settings", {"courier_auto": False})
    await courier.place("parcel-1")
    assert [await courier.cancel("parcel-1") for _ in range(2)] == [fine, fine]
    with pytest.raises(AssertionError, match=r"B00004|8037"):
        await courier.place("parcel-1")
    await courier.place("parcel-2")
    await caller.control("POST", "/courier/parcel-2/advance", {"code": "PICKED_UP"})
    assert await courier.cancel("parcel-2") == too_late
    assert await courier.cancel(str(uuid4())) == unknown


async def test_a_parcel_moved_by_hand_takes_any_code_and_no_longer_moves_by_itself(caller, courier, sandbox):
    await caller.control("PATCH", "/settings", {"courier_step_seconds": 3600})
    number, waybill_no = await courier.place()
    for code in ("PICKED_UP", "747", "PICKED_UP", "DOG_ATE_IT"):
        moved = await caller.control("POST", f"/courier/{number}/advance", {"code": code})
    assert (moved["courier"], moved["state"]) == (courier.name, "DOG_ATE_IT")
    assert len(await pushes(caller, courier, 4)) == 4
    await caller.control("PATCH", "/settings", {"courier_step_seconds": 0})
    picked_up = courier.codes["PICKED_UP"]
    scans = await courier.scans(number, waybill_no)
    assert [scan["code"] for scan in scans] == [picked_up, "747", picked_up, "DOG_ATE_IT"]
    assert scans[0]["time"] != scans[2]["time"], "one code in one second is one scan"
    assert sandbox.depot.moving_by_themselves() == 0


async def test_parcels_held_back_go_on_when_told(caller, courier):
    path = ["PICKED_UP", "DELIVERED"]
    await caller.control("PATCH", "/settings", {"courier_auto": False, "courier_path": path})
    await courier.place()
    assert caller.receiver.got == []
    await caller.control("PATCH", "/settings", {"courier_auto": True})
    told = await pushes(caller, courier, 2)
    assert [one["code"] for one in told] == [courier.codes[code] for code in path]


async def test_a_failing_push_does_not_stop_the_parcel(caller, courier):
    caller.receiver.answers = [(500, {})]
    await courier.place()
    told = await pushes(caller, courier, 4)
    codes = courier.codes
    assert sorted(one["code"] for one in told) == sorted([*codes.values(), codes["PICKED_UP"]])
    assert len(await caller.all_acked(3)) == 3


async def test_a_delivery_against_the_id_card_says_so(caller, courier):
    await courier.place(id_bound=True)
    told = await pushes(caller, courier, 3)
    assert "凭有效身份证件签收" in told[-1]["words"]


async def test_a_label_is_a_pdf(caller, courier):
    _, waybill_no = await courier.place()
    label = await courier.label(waybill_no)
    assert (
        label.startswith(b"%PDF-") and waybill_no.encode() in label and PERSON["name"].encode() not in label
    )


async def test_faults_of_the_couriers_are_set_for_both_or_for_one(caller, ems, sf):
    await caller.control("PUT", "/faults/courier", {"down": True})
    assert {name for name, set_ in (await caller.control("GET", "/faults")).items() if set_} == {"ems", "sf"}
    await caller.control("DELETE", "/faults/ems")
    await ems.place()
    answer = await sf.http.post("/sf/std/service", data={})
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"senderNo": "somebody"}, "S00001"),
        ({"authorization": ""}, "S00001"),
        ({"timeStamp": "2026-01-01 00:00:00"}, "S00003"),
        ({"timeStamp": "now"}, "S00003"),
        ({"apiCode": "999999"}, "S00004"),
        ({"logitcsInterface": "|$4|AAAA"}, "S00002"),
        ({"logitcsInterface": seal(b"[]", b"MDEyMzQ1Njc4OWFiY2RlZg==")}, "S00002"),
    ],
)
async def test_a_call_that_ems_does_not_believe_is_refused(ems, changed, code):
    assert (await ems.call("020003", ems.order("parcel-1"), **changed))["retCode"] == code


async def test_what_ems_cannot_read_is_refused(ems):
    for document in ([], {}, [{"logisticsOrderNo": "parcel-1"}], "x"):
        assert (await ems.call("020003", document))["retCode"] == "B00001"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"partnerID": "SOMEBODY"}, "A1006"),
        ({"msgData": "{}"}, "A1006"),
        ({"timestamp": "1"}, "A1002"),
        ({"timestamp": "soon"}, "A1002"),
        ({"requestID": ""}, "A1001"),
        ({"serviceCode": "EXP_RECE_ANYTHING"}, "A1004"),
    ],
)
async def test_a_call_that_sf_does_not_believe_is_refused_at_the_first_level(sf, changed, code):
    assert (await sf.call("EXP_RECE_CREATE_ORDER", sf.order("parcel-1"), **changed))["apiResultCode"] == code


async def test_what_sf_cannot_read_is_refused_at_the_second_level(sf):
    order = sf.order("parcel-1")
    for document in (
        {},
        order | {"contactInfoList": order["contactInfoList"][:1] * 2},
        order | {"payMethod": 9},
    ):
        assert (await sf.said("EXP_RECE_CREATE_ORDER", document))["errorCode"] == "20002"


async def test_sf_may_refuse_a_repeat_and_then_tells_the_order(caller, sf):
    number, waybill_no = await sf.place()
    await caller.control("PUT", "/faults/sf", {"repeat_refused": True})
    assert (await sf.said("EXP_RECE_CREATE_ORDER", sf.order(number)))["errorCode"] == "8016"
    found = await sf.said("EXP_RECE_SEARCH_ORDER_RESP", {"orderId": number})
    assert found["msgData"]["waybillNoInfoList"][0]["waybillNo"] == waybill_no


async def test_forged_pushes_are_known_by_the_envelope_or_by_the_address(caller, ems, sf):
    secret = (caller.keys / "sf-push.secret").read_text().strip()
    await caller.control("PATCH", "/settings", {"courier_path": ["PICKED_UP"]})
    await caller.control("PUT", "/faults/courier", {"forge_next": 1})
    caller.receiver.answers = [(401, {}), (401, {})]
    await ems.place()
    await sf.place()
    await caller.all_acked(2)
    forged, true = [one for one in caller.receiver.got if one.partner == "ems"]
    with pytest.raises((ValueError, UnicodeDecodeError)):
        ems.pushed(forged.raw)
    assert ems.pushed(true.raw)["code"] == "203"
    assert json.loads(forged.raw)["serialNo"] == json.loads(true.raw)["serialNo"]
    elsewhere, here = [path for path in caller.receiver.paths if "/sf/" in path]
    assert here.endswith(f"/{secret}") and not elsewhere.endswith(secret)
