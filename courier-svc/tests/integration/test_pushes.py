"""The couriers' door: what is refused, recognised, held, applied."""

import asyncio
import json
from typing import Any

import pytest
from chassis.testing import Running

from ..conftest import Courier, Parcel, push_body


async def reports(svc: Running) -> list[dict[str, Any]]:
    rows = await svc.service.pool.fetch("SELECT verdict, repeats, source FROM courier_report ORDER BY id")
    return [dict(row) for row in rows]


async def test_pushes_move_the_shipment_and_tell_the_case(created: Parcel, courier: Courier) -> None:
    number = await created.order_no()
    for code in ("PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"):
        await courier.push(number, code)
    assert await created.state() == "delivered"
    assert await created.told() == ["created", "picked_up", "delivered"]


async def test_a_repeated_push_is_acknowledged_and_moves_nothing(created: Parcel, courier: Courier) -> None:
    body = push_body(await created.order_no(), "PICKED_UP")
    for _ in range(3):
        answer = await courier.post(body)
        assert answer.json() == {
            "serialNo": "C3E7", "code": "00000", "codeMessage": "成功", "senderNo": "1100006101",
        }  # fmt: skip
    assert [(row["verdict"], row["repeats"]) for row in await reports(created.svc)] == [("applied", 2)]
    assert await created.told() == ["created", "picked_up"]


async def test_copies_of_a_push_that_come_at_once_move_once(created: Parcel, courier: Courier) -> None:
    number = await created.order_no()
    copies = [push_body(number, "PICKED_UP")] * 4
    others = [push_body(number, "IN_TRANSIT")] * 4
    answers = await asyncio.gather(*(courier.post(body) for body in copies + others))
    assert {answer.status_code for answer in answers} == {200}
    assert (await created.told(), await created.state()) == (["created", "picked_up"], "in_transit")
    assert sum(row["repeats"] for row in await reports(created.svc)) == 6


async def test_delivered_before_picked_up_tells_both_once(created: Parcel, courier: Courier) -> None:
    number = await created.order_no()
    for code in ("DELIVERED", "OUT_FOR_DELIVERY", "PICKED_UP"):
        await courier.push(number, code)
    assert await created.told() == ["created", "picked_up", "delivered"]
    assert [row["verdict"] for row in await reports(created.svc)] == ["applied", "recorded", "recorded"]


async def test_delivered_after_returned_is_kept_shown_and_asked_about(
    returned: Parcel, courier: Courier
) -> None:
    await courier.claim(await returned.order_no(), "DELIVERED")
    due = await returned.svc.service.pool.fetchval(
        "SELECT run_at <= now() FROM job WHERE kind = 'courier.ask_now'"
    )
    assert due
    await courier.push(await returned.order_no(), "DELIVERED")
    row = await returned.row()
    assert (row["state"], row["attention"]) == ("returned", "delivered_after_returned")
    assert "delivered" not in await returned.told()


async def test_an_unknown_code_is_kept_and_is_never_a_delivery(created: Parcel, courier: Courier) -> None:
    number = await created.order_no()
    await courier.push(number, "PICKED_UP")
    for code in ("747", "705", "999", "O_011"):
        await courier.push(number, code)
    await created.svc.run_jobs()
    assert await created.state() == "in_transit"
    codes = [scan["code"] for scan in (await created.view())["scans"]]
    assert codes == ["203", "747", "705", "999", "O_011"]


async def test_a_push_for_an_unknown_order_is_held_and_applied_once_it_is_known(
    created: Parcel, courier: Courier
) -> None:
    row = await created.row()
    later = f"{row['id'].hex}-2"
    await courier.push(later, "PICKED_UP")
    assert [one["verdict"] for one in await reports(created.svc)] == ["held"]

    await courier.push(row["order_no"], "PICKED_UP")
    await courier.push(row["order_no"], "RETURNED")
    await created.resend()
    await created.svc.service.pool.execute(
        "INSERT INTO job (kind, key) VALUES ('courier.apply_held_reports', 'recurring')"
    )
    await created.svc.run_jobs()
    assert await created.state() == "picked_up"
    assert "held" not in [one["verdict"] for one in await reports(created.svc)]


@pytest.mark.parametrize("key", ["MDEyMzQ1Njc4OWFiY2RlZg==", "AAAAAAAAAAAAAAAAAAAAAA=="])
async def test_what_another_key_sealed_is_refused_and_not_kept(
    created: Parcel, courier: Courier, key: str
) -> None:
    answer = await courier.post(push_body(await created.order_no(), "PICKED_UP"), key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "S00001")
    assert await reports(created.svc) == []
    assert await created.state() == "created"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b"\xff\xfe", b"{}", b'{"logitcsInterface":5}', b'{"logitcsInterface":"|$4|AAAA"}'],
)
async def test_what_is_in_no_envelope_is_refused(svc: Running, body: bytes) -> None:
    answer = await svc.client.post("/webhooks/courier/ems", content=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "S00001")
    assert await reports(svc) == []


async def test_an_altered_envelope_does_not_say_something_else(created: Parcel, courier: Courier) -> None:
    body = json.loads(courier.sealed(push_body(await created.order_no(), "PICKED_UP")))
    sealed = body["logitcsInterface"]
    body["logitcsInterface"] = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    answer = await created.svc.client.post("/webhooks/courier/ems", json=body)
    assert answer.status_code in (200, 401)
    assert await created.state() == "created"


@pytest.mark.parametrize(
    "scan",
    [
        b"[1]",
        b"5",
        b'{"waybillNo": 5}',
        json.dumps({"waybillNo": "x" * 1_000, "opCode": "203", "opTime": "2026-11-22 18:30:59"}).encode(),
        b'{"waybillNo":"EX1","opCode":"203","opTime":"2026-11-22T18:30:59"}',
        b'{"waybillNo":"EX1","opCode":"203","opTime":"0001-01-01 00:00:00"}',
    ],
)
async def test_an_authentic_push_that_cannot_be_read_is_kept_and_acknowledged(
    svc: Running, courier: Courier, scan: bytes
) -> None:
    for _ in range(2):
        answer = await courier.post(scan)
        assert (answer.status_code, answer.json()["code"]) == (200, "00000")
    assert [(row["verdict"], row["repeats"]) for row in await reports(svc)] == [("unreadable", 1)]


async def test_every_scan_of_a_push_is_heard(created: Parcel, courier: Courier) -> None:
    number = await created.order_no()
    scans = [json.loads(push_body(number, code)) for code in ("PICKED_UP", "IN_TRANSIT")]
    assert (await courier.post(json.dumps(scans).encode())).status_code == 200
    assert await created.state() == "in_transit"


async def test_a_push_that_names_only_the_waybill_finds_its_parcel(created: Parcel, courier: Courier) -> None:
    await courier.claim("", "PICKED_UP", waybillNo=(await created.row())["waybill_no"])
    assert await created.state() == "picked_up"


async def test_a_nul_in_the_couriers_words_is_no_reason_to_lose_the_push(
    created: Parcel, courier: Courier
) -> None:
    await courier.push(await created.order_no(), "PICKED_UP", opDesc="签收\x00人")
    assert await created.state() == "picked_up"


async def test_a_scan_from_the_future_does_not_make_a_future_event(created: Parcel, courier: Courier) -> None:
    await courier.push(await created.order_no(), "PICKED_UP", opTime="2099-01-01 00:00:00")
    event = (await created.svc.emitted())[-1]
    assert event.occurred_at.year < 2099


async def test_the_couriers_words_are_sealed_at_rest(created: Parcel, courier: Courier) -> None:
    await courier.push(await created.order_no(), "PICKED_UP", opDesc="张三丰 已交寄")
    sealed = await created.svc.service.pool.fetchval("SELECT sealed_body FROM courier_report")
    assert "张三丰".encode() not in sealed
    assert (await created.view())["scans"][0]["description"] == "张三丰 已交寄"


async def test_a_parcel_that_moves_overtakes_the_wish_to_change_its_address(
    created: Parcel, courier: Courier
) -> None:
    new = {
        "name": "李四", "phone": "13900000000", "province": "陕西省", "city": "西安市", "address": "长安路2号",
    }  # fmt: skip
    assert (await created.readdress(new)).json()["address_change_pending"] is True
    await courier.push(await created.order_no(), "PICKED_UP")
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("picked_up", "address_change_too_late")
    assert (await created.view())["address"]["name"] == "张**"


async def test_a_push_while_the_database_is_away_is_asked_for_again(
    created: Parcel, courier: Courier
) -> None:
    body = push_body(await created.order_no(), "PICKED_UP")
    await created.svc.service.pool.close()
    answer = await courier.post(body)
    assert (answer.status_code, answer.json()["code"]) == (503, "S00001")


async def test_a_push_that_is_too_large_is_refused_unread(svc: Running) -> None:
    assert (await svc.client.post("/webhooks/courier/ems", content=b"x" * 70_000)).status_code == 413


async def test_what_is_on_no_parcel_of_ours_or_unreadable_goes_after_a_while(
    created: Parcel, courier: Courier
) -> None:
    await courier.push("nobodys-order", "PICKED_UP")
    assert (await courier.post(b'{"opCode":"203"}')).status_code == 200
    await courier.push(await created.order_no(), "PICKED_UP")
    pool = created.svc.service.pool
    for age, left in ((29, ["applied", "held", "unreadable"]), (2, ["applied"])):
        await pool.execute("UPDATE courier_report SET heard_at = heard_at - make_interval(days => $1)", age)
        await pool.execute(
            "INSERT INTO job (kind, key) VALUES ('courier.purge_addresses', 'recurring')"
            " ON CONFLICT (kind, key) DO UPDATE SET run_at = now()"
        )
        await created.svc.run_jobs()
        assert sorted(one["verdict"] for one in await reports(created.svc)) == left
