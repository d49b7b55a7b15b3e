"""What a courier's engineers see of their pushes, and may do: their own, and nothing else."""

import json
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import bearer
from contracts.tokens import Role

PATH = "/api/partner/parcels"


class Desk:
    """An engineer of one courier at the page's API."""

    def __init__(self, svc: Any, partner: str) -> None:
        self.svc = svc
        self.headers = bearer(svc.tokens.mint(uuid4(), (Role.PARTNER,), partner=partner))

    async def get(self, path: str, **query: Any) -> Any:
        return await self.svc.client.get(PATH + path, params=query, headers=self.headers)

    async def listed(self, **query: Any) -> list[dict[str, Any]]:
        await self.svc.service.state.refusals.write(self.svc.service.begin)
        answer = await self.get("/deliveries", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def redrive(self, one: dict[str, Any]) -> Any:
        answer = await self.svc.client.post(f"{PATH}/deliveries/{one['id']}/redrive", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def ems(svc):
    return Desk(svc, "ems")


@pytest.fixture
def sf(svc):
    return Desk(svc, "sf")


def scan_of(order_no: str, **members: Any) -> bytes:
    fields = {
        "orderNo": order_no,
        "waybillNo": "1100000000001",
        "opCode": "203",
        "opTime": "2026-11-22 18:30:59",
    }
    return json.dumps(
        fields | {"opName": "收寄", "opDesc": "张三签收"} | members, ensure_ascii=False
    ).encode()


async def test_pushes_are_shown_with_verdict_and_reason_and_name_nobody(created, courier, ems):
    order_no = await created.order_no()
    for _ in range(3):
        assert (await courier.post(scan_of(order_no))).status_code == 200
    await courier.post(scan_of("unknown", waybillNo="1100000000009"))
    await courier.post(scan_of(order_no, opTime="soon"))
    unreadable, waiting, applied = await ems.listed()
    assert (applied["verdict"], applied["reason"], applied["copies"]) == ("accepted", "applied", 3)
    assert (applied["number"], applied["event"]) == (order_no, "203") and applied["request_id"]
    assert (waiting["verdict"], waiting["reason"]) == ("waiting", "held")
    assert (unreadable["verdict"], unreadable["reason"]) == ("unreadable", "unreadable")
    assert "张三" not in str([unreadable, waiting, applied])
    assert await ems.listed(number=order_no) == [applied]


async def test_a_hint_that_the_books_confirmed_stays_a_delivery(created, courier, ems):
    await courier.push(await created.order_no(), "PICKED_UP")
    await courier.push(await created.order_no(), "DELIVERED")
    newest = (await ems.listed())[0]
    assert (newest["event"], newest["reason"]) == ("704", "applied")


async def test_every_way_to_be_refused_has_a_reason(svc, courier, ems, sf):
    bodies = {
        "not_json": b"x",
        "no_envelope": b"{}",
        "envelope": courier.sealed(scan_of("1"), key="MDEyMzQ1Njc4OWFiY2RlZg=="),
    }
    for body in bodies.values():
        assert (await svc.client.post("/webhooks/courier/ems", content=body)).status_code == 401
    assert (await svc.client.post(f"/webhooks/courier/sf/{'0' * 43}", content=b"{}")).status_code == 401
    shown = await ems.listed()
    assert [one["reason"] for one in reversed(shown)] == list(bodies)
    assert all(one["verdict"] == "refused" and one["zh"] and one["en"] for one in shown)
    assert [one["reason"] for one in await sf.listed()] == ["address"]


async def test_a_held_push_is_heard_once_its_order_is_known(created, courier, ems):
    order_no, later = await created.order_no(), "L" * 32
    await courier.post(scan_of(later))
    (one,) = await ems.listed()
    assert one["reason"] == "held" and not (await ems.redrive(one))["changed"]
    pool = created.svc.service.pool
    await pool.execute("UPDATE shipment SET order_no = $2 WHERE order_no = $1", order_no, later)
    await pool.execute("UPDATE leg SET order_no = $2 WHERE order_no = $1", order_no, later)
    assert (await ems.redrive(one))["changed"]
    (heard,) = await ems.listed()
    assert heard["reason"] == "applied"
    assert (await created.told()).count("picked_up") == 1


async def test_redriving_moves_a_parcel_once(created, courier, ems):
    order_no = await created.order_no()
    await courier.post(scan_of(order_no))
    (one,) = await ems.listed()
    for _ in range(3):
        assert not (await ems.redrive(one))["changed"]
    assert (await created.told()).count("picked_up") == 1


async def test_another_couriers_pushes_do_not_exist(created, courier, ems, sf):
    await courier.post(scan_of(await created.order_no()))
    (one,) = await ems.listed()
    assert await sf.listed() == []
    assert (await sf.get(f"/deliveries/{one['id']}")).status_code == 404
    path = f"{PATH}/deliveries/{one['id']}/redrive"
    assert (await sf.svc.client.post(path, headers=sf.headers)).status_code == 404
    assert (await sf.get("/health")).json()["last_at"] is None


async def test_health_says_what_comes_in_and_what_waits(created, courier, ems):
    await courier.post(scan_of(await created.order_no()))
    await courier.post(scan_of("unknown", waybillNo="1100000000009"))
    health = (await ems.get("/health")).json()
    assert (health["partner"], health["waiting"]) == ("ems", 1)
    assert health["last_accepted_at"] and health["calls"]["done"] >= 1
