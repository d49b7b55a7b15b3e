"""What those who run the platform look at."""

import json
from uuid import uuid4

import pytest
from chassis.testing import Tokens
from gateway.routes import SERVICES
from gateway_kit.door import Door, settings_for
from gateway_kit.services import answer
from pydantic import ValidationError


def stuck_answer(service: str) -> bytes:
    parked = {"id": 1, "type": "case.case.approved", "topic": "case.cases.v1", "key": "k", "cause": "boom",
              "attempts": 3, "parked_at": "2026-01-01T00:00:00Z", "retry_at": None}  # fmt: skip
    body = {
        "service": f"{service}-svc",
        "parked_messages": [parked],
        "failing_jobs": [],
        "unsent_events": {"count": 0, "oldest": None},
    }
    return answer(json.dumps(body).encode(), "200 OK", "content-type: application/json")


@pytest.fixture
def stuck(gateway: Door) -> Door:
    for name, service in gateway.services.items():
        service.pages[f"/api/ops/{name}-svc/stuck"] = stuck_answer(name)
        service.pages["/readyz"] = answer()
    return gateway


async def stuck_work(gateway: Door, token: str | None) -> tuple[int, dict]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with gateway.client.get(gateway.url + "/api/ops/stuck", headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def test_stuck_work_of_all_services_is_one_answer(stuck: Door, tokens: Tokens):
    status, body = await stuck_work(stuck, tokens.operator())
    assert status == 200
    assert [part["service"] for part in body["services"]] == [f"{name}-svc" for name in SERVICES]
    assert all(part["parked_messages"][0]["cause"] == "boom" for part in body["services"])


async def test_stuck_work_says_who_could_not_say(stuck: Door, tokens: Tokens):
    await stuck.services["payment"].stop()
    stuck.services["courier"].pages["/api/ops/courier-svc/stuck"] = answer(b"no", "500 Internal Server Error")
    stuck.services["case"].pages["/api/ops/case-svc/stuck"] = answer(b"no JSON")
    status, body = await stuck_work(stuck, tokens.operator())
    parts = {part["service"]: part for part in body["services"]}
    assert status == 200 and len(parts) == 6
    assert parts["payment-svc"]["unavailable"] and parts["courier-svc"]["unavailable"]
    assert parts["case-svc"]["unavailable"] and "parked_messages" in parts["identity-svc"]


async def test_stuck_work_is_for_operators(stuck: Door, tokens: Tokens):
    assert (await stuck_work(stuck, None))[0] == 401
    assert (await stuck_work(stuck, "nonsense"))[0] == 401
    assert (await stuck_work(stuck, tokens.citizen(uuid4())))[0] == 403
    assert stuck.asked == 0


async def readiness(gateway: Door) -> tuple[int, dict]:
    async with gateway.client.get(gateway.url + "/readyz") as response:
        return response.status, await response.json()


async def test_ready_when_every_service_is(stuck: Door):
    status, body = await readiness(stuck)
    assert (status, body["status"]) == (200, "ok") and body["checks"] == dict.fromkeys(SERVICES, True)


async def test_one_service_down_does_not_close_the_door(stuck: Door):
    stuck.services["evaluation"].pages["/readyz"] = answer(b"{}", "503 Service Unavailable")
    await stuck.services["courier"].stop()
    status, body = await readiness(stuck)
    assert (status, body["status"]) == (200, "degraded")
    assert [name for name, ready in body["checks"].items() if not ready] == ["courier", "evaluation"]


async def test_not_ready_when_no_service_is(stuck: Door):
    for service in stuck.services.values():
        await service.stop()
    assert (await readiness(stuck))[0] == 503


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_alive_whatever_is_down(gateway: Door, method: str):
    for service in gateway.services.values():
        await service.stop()
    async with gateway.client.request(method, gateway.url + "/healthz") as response:
        assert response.status == 200


async def test_metrics_count_by_route_and_never_by_id(gateway: Door):
    secret = uuid4()
    async with gateway.client.get(f"{gateway.url}/api/cases/{secret}") as response:
        assert response.status == 200
    async with gateway.client.get(gateway.url + "/metrics") as response:
        text = await response.text()
    assert 'gateway_request_seconds_count{method="GET",route="/api/cases",status="200"}' in text
    assert str(secret) not in text


@pytest.mark.parametrize(
    "wrong",
    [{"case_url": "case-svc:8000"}, {"trusted_proxies": "our proxy"}, {"ip_burst": 0}, {"caller_rate": -1}],
)
def test_wrong_setting_is_refused(wrong: dict):
    from gateway_kit.services import Service

    with pytest.raises(ValidationError):
        settings_for({name: Service() for name in SERVICES}, **wrong)
