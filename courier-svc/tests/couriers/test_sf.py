"""What only SF does: pushes that nothing signs, an address that is a secret, two sets of codes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from chassis.testing import Running

from ..conftest import SF_PUSH, local
from .conftest import Way

NEW, OLD = "a-secret-of-forty-characters-or-so", "the-secret-that-was-before-this-one"


@pytest.fixture(params=["sf"])
def carried_by(request: pytest.FixtureRequest) -> str:
    return request.param


class TestAnAddressThatIsReplaced:
    @pytest.fixture
    def courier_settings(self) -> dict[str, Any]:
        return {"courier_default": "sf", "sf_push_secret": NEW, "sf_push_secret_previous": OLD}

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            (f"/sf/{NEW}", 200, "0000"),
            (f"/sf/{OLD}", 200, "0000"),
            (f"/sf/{NEW[:-1]}", 401, "1000"),
            ("/sf/x", 401, "1000"),
            ("/sf/%00", 401, "1000"),
        ],
    )
    async def test_old_and_new_are_taken_and_no_other(
        self, svc: Running, path: str, status: int, code: str
    ) -> None:
        answer = await svc.client.post(f"/webhooks/courier{path}", content=SF_PUSH)
        assert (answer.status_code, answer.json()["return_code"]) == (status, code)
        kept = await svc.service.pool.fetchval("SELECT count(*) FROM courier_report")
        assert kept == (status == 200)


async def claimed(way: Way, code: str, **members: Any) -> httpx2.Response:
    """A push by somebody who learnt the address."""
    row = await way.parcel.row()
    node = {
        "mailno": row["waybill_no"], "orderid": row["order_no"], "opCode": code, "remark": "",
        "acceptTime": local(datetime.now(UTC) + timedelta(minutes=1)),
    }  # fmt: skip
    secret = way.svc.service.settings.secret("sf_push_secret")
    body = json.dumps({"Body": {"WaybillRoute": [node | members]}}).encode()
    return await way.svc.client.post(f"/webhooks/courier/sf/{secret}", content=body)


@pytest.mark.parametrize("code", ["50", "44", "80", "648"])
async def test_what_only_a_push_says_moves_nothing_and_is_shown_to_nobody(ordered: Way, code: str) -> None:
    answer = await claimed(ordered, code)
    assert answer.json() == {"return_code": "0000", "return_msg": "成功"}
    await ordered.svc.run_jobs()
    assert await ordered.parcel.state() == "created"
    assert (await ordered.parcel.view())["scans"] == []


async def test_a_lie_about_a_true_scan_is_put_right_by_the_books(ordered: Way) -> None:
    await ordered.goes("PICKED_UP")
    await ordered.heard(1)
    await claimed(ordered, "80")
    await ordered.goes("OUT_FOR_DELIVERY")
    await ordered.heard(2)
    assert await ordered.parcel.state() == "in_transit"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"Body":{}}', b'{"Body":{"WaybillRoute":[5]}}', b'{"Body":{"WaybillRoute":[{}]}}'],
)
async def test_what_cannot_be_read_is_kept_and_acknowledged(svc: Running, body: bytes) -> None:
    secret = svc.service.settings.secret("sf_push_secret")
    for _ in range(2):
        answer = await svc.client.post(f"/webhooks/courier/sf/{secret}", content=body)
        assert (answer.status_code, answer.json()["return_code"]) == (200, "0000")
    rows = await svc.service.pool.fetch("SELECT verdict, repeats FROM courier_report")
    assert [tuple(row) for row in rows] == [("unreadable", 1)]


async def test_a_push_in_ems_name_about_a_parcel_of_sf_is_nobodys(ordered: Way) -> None:
    row = await ordered.parcel.row()
    ems = ordered.svc.service.state.desk.carriers.named("ems").door._envelopes[0]
    scan = {
        "waybillNo": row["waybill_no"], "orderNo": row["order_no"], "opCode": "203",
        "opTime": local(datetime.now(UTC)),
    }  # fmt: skip
    push = {"logitcsInterface": ems.seal(json.dumps(scan).encode())}
    assert (await ordered.svc.client.post("/webhooks/courier/ems", json=push)).status_code == 200
    assert await ordered.parcel.state() == "created"


class TestTheOtherCodes:
    """The product whose 80 is "at the branch"."""

    @pytest.fixture
    def courier_settings(self) -> dict[str, Any]:
        return {"courier_default": "sf", "sf_codes": "status"}

    @pytest.fixture
    def sandbox_settings(self) -> dict[str, Any]:
        return {"sf_codes": "status"}

    async def test_eighty_is_no_delivery_and_a_locker_is_none(self, ordered: Way) -> None:
        await ordered.goes("PICKED_UP", "IN_TRANSIT", "IN_LOCKER")
        await ordered.heard(3)
        assert await ordered.parcel.state() == "in_transit"
        assert [scan["code"] for scan in (await ordered.parcel.view())["scans"]] == ["30", "80", "161"]
        await ordered.goes("DELIVERED")
        await ordered.heard(4)
        assert await ordered.parcel.told() == ["created", "picked_up", "delivered"]


class TestSentAgainByAnother:
    @pytest.fixture
    def courier_settings(self) -> dict[str, Any]:
        return {"courier_default": "sf", "couriers": ["sf", "ems"]}

    async def test_each_leg_remembers_who_carries_it(self, ordered: Way) -> None:
        await ordered.goes("PICKED_UP", "RETURNED")
        await ordered.heard(2)
        carriers = ordered.svc.service.state.desk.carriers
        carriers.by_unit["YT-HUZHENG"] = "ems"
        await ordered.parcel.resend()
        await ordered.svc.run_jobs()
        await ordered.goes("PICKED_UP", "DELIVERED")
        await ordered.heard(4)
        assert (await ordered.parcel.state(), (await ordered.parcel.row())["courier"]) == ("delivered", "ems")
        legs = await ordered.svc.service.pool.fetch("SELECT courier, waybill_no FROM leg ORDER BY number")
        assert [leg["courier"] for leg in legs] == ["sf", "ems"]
        assert all(leg["waybill_no"] for leg in legs) and await ordered.agrees()
