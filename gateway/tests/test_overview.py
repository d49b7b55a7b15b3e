"""What waits for me, in one call that a service's trouble does not take away."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from chassis.testing import Tokens
from gateway_kit.door import Door
from gateway_kit.services import answer

CASE = {
    "id": str(uuid4()), "case_no": "XA202612-0000123", "item_name": "居民身份证丢失补领", "item_name_en": "ID card",
    "state": "supplement_requested", "state_text": "待补正", "state_text_en": "Supplement requested",
}  # fmt: skip
ORDER = {"id": str(uuid4()), "case_id": CASE["id"], "amount_cents": 4000, "can_pay": True}
PARCEL = {
    "id": str(uuid4()), "case_id": CASE["id"], "state": "in_transit", "state_name": "运送中",
    "state_name_en": "In transit", "waybill_no": "SF1",
}  # fmt: skip
OFFER = {
    "id": str(uuid4()), "state": "offered", "principal": {"name": "王*", "uscc": None},
    "offer_ends_at": "2026-12-31T16:00:00Z",
}  # fmt: skip


def says(gateway: Door, service: str, path: str, body: Any, status: str = "200 OK") -> None:
    gateway.services[service].pages[path] = answer(json.dumps(body).encode(), status)


@pytest.fixture
def told(gateway: Door) -> Door:
    says(gateway, "case", "/api/cases", {"items": [CASE], "next": None})
    says(gateway, "payment", "/api/payments/orders", {"items": [ORDER, ORDER | {"can_pay": False}]})
    says(gateway, "courier", "/api/shipments", {"items": [PARCEL, PARCEL | {"state": "delivered"}]})
    says(gateway, "evaluation", "/api/reviews/invitations", {"items": [{"case_id": CASE["id"]}], "next": "x"})
    says(gateway, "identity", "/api/identity/mandates", {"items": [OFFER], "next": None})
    says(gateway, "identity", "/api/identity/me/messages/unread", {"count": 3})
    return gateway


async def look(gateway: Door, token: str | None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with gateway.client.get(gateway.url + "/api/me/overview", headers=headers) as response:
        if response.status == 200:
            assert response.headers["Cache-Control"] == "private, no-store"
        return response.status, await response.json(content_type=None)


async def test_everything_that_waits_is_told_in_one_call(told: Door, tokens: Tokens):
    status, body = await look(told, tokens.citizen(uuid4()))
    parts = body["parts"]
    assert status == 200 and {part["status"] for part in parts.values() if part} == {"ok"}
    assert [case["state"] for case in parts["cases"]["items"]] == ["supplement_requested"]
    assert [order["id"] for order in parts["payments"]["items"]] == [ORDER["id"]]
    assert [parcel["state"] for parcel in parts["parcels"]["items"]] == ["in_transit"]
    assert [mandate["id"] for mandate in parts["mandates"]["items"]] == [OFFER["id"]]
    assert parts["reviews"]["more"] and parts["messages"]["unread"] == 3 and parts["queue"] is None


async def test_a_service_that_is_down_takes_its_own_part_only(told: Door, tokens: Tokens):
    await told.services["payment"].stop()
    says(told, "courier", "/api/shipments", {"type": "/problems/internal-error"}, "500 Internal Server Error")
    says(told, "evaluation", "/api/reviews/invitations", {"items": [{"strange": 1}]})
    status, body = await look(told, tokens.citizen(uuid4()))
    assert status == 200
    assert {name: part["status"] for name, part in body["parts"].items() if part} == {
        "cases": "ok", "payments": "unavailable", "parcels": "unavailable", "reviews": "unavailable",
        "mandates": "ok", "messages": "ok",
    }  # fmt: skip


async def test_officers_see_their_units_queue_by_time_left(told: Door, tokens: Tokens):
    moment = datetime.now(UTC)
    due = [moment - timedelta(hours=1), moment + timedelta(days=3), moment + timedelta(days=4)]
    page = {"items": [{"due_at": one.isoformat()} for one in due], "next": None}
    says(told, "case", "/api/cases/queue", page)
    token = tokens.officer(uuid4(), unit="XC-HUZHENG", department="HUZHENG")
    _, body = await look(told, token)
    queue = body["parts"]["queue"]
    assert (queue["overdue"], queue["today"], queue["later"], queue["more"]) == (1, 0, 2, False)
    assert body["parts"]["cases"] is None and body["parts"]["messages"]["unread"] == 3


async def test_nobody_and_those_for_whom_nothing_waits_are_told_so(told: Door, tokens: Tokens):
    assert (await look(told, None))[0] == 401
    assert (await look(told, tokens.operator()))[0] == 403
