"""What a provider's engineers see of their notices, and may do: their own, and nothing else."""

import base64
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.ids import uuid7
from chassis.testing import bearer
from contracts.tokens import Role

from .test_notices import BankHand, success

PATH = "/api/partner/payments"


@pytest.fixture
def bank(payments):
    return BankHand(payments)


class Desk:
    """An engineer of one partner at the page's API."""

    def __init__(self, payments: Any, partner: str | None) -> None:
        self.svc = payments.svc
        self.headers = bearer(payments.tokens.mint(uuid4(), (Role.PARTNER,), partner=partner))

    async def get(self, path: str, **query: Any) -> Any:
        return await self.svc.client.get(PATH + path, params=query, headers=self.headers)

    async def listed(self, **query: Any) -> list[dict[str, Any]]:
        await self.svc.service.state.refusals.write(self.svc.service.begin)
        answer = await self.get("/deliveries", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    async def redrive(self, delivery_id: str) -> Any:
        return await self.svc.client.post(f"{PATH}/deliveries/{delivery_id}/redrive", headers=self.headers)


@pytest.fixture
def engineer(payments):
    return Desk(payments, "bank")


@pytest.fixture
def other(payments):
    return Desk(payments, "ccb")


async def attempt_of(payments, order, attempt_id):
    async with payments.svc.uow() as uow:
        await uow.execute(
            "INSERT INTO attempt (id, order_id, channel, state, created_at) VALUES ($1, $2, 'bank', 'pending', now())",
            attempt_id,
            UUID(order["id"]),
        )


async def test_each_delivery_is_shown_with_verdict_reason_and_what_to_do(payments, bank, engineer):
    order, attempt_id = await payments.opened(), uuid4()
    await attempt_of(payments, order, attempt_id)
    paid = success(attempt_id.hex)
    for _ in range(3):
        assert (await bank.post(paid)).status_code == 200
    wrong = success(attempt_id.hex, amount_cents=2001)
    assert (await bank.post(wrong)).status_code == 200
    assert (await bank.post(b'{"no": "notice"}')).status_code == 200

    unreadable, second, first = await engineer.listed()
    assert (first["verdict"], first["reason"], first["copies"]) == ("accepted", "applied", 3)
    assert first["number"] == attempt_id.hex and first["size"] == len(paid) and first["request_id"]
    assert (second["verdict"], second["reason"]) == ("held", "held")
    assert (unreadable["verdict"], unreadable["reason"]) == ("unreadable", "unreadable")
    assert all(one["zh"] and one["en"] for one in (first, second, unreadable))
    assert await engineer.listed(number=attempt_id.hex) == [second, first]
    assert await engineer.listed(verdict="unreadable") == [unreadable]
    assert (await engineer.get(f"/deliveries/{first['id']}")).json() == first


async def test_refusals_are_shown_without_what_they_said(payments, bank, engineer):
    body = success(uuid4().hex)
    signed = bank.signed(body)
    stale = bank.signed(body, at=1795343400)
    broken = {
        "signature": signed | {"X-Bank-Signature": base64.b64encode(b"x" * 64).decode()},
        "unknown_key": signed | {"X-Bank-Key-Id": "0" * 16},
        "stale": stale,
        "malformed": signed | {"X-Bank-Timestamp": "yesterday"},
        "missing": {},
    }
    for headers in broken.values():
        answer = await bank.client.post("/webhooks/payments/bank/treasury", content=body, headers=headers)
        assert answer.status_code == 401
    large = await bank.client.post("/webhooks/payments/bank/treasury", content=b"x" * 65_537)
    assert large.status_code == 401

    shown = await engineer.listed(verdict="refused")
    assert [one["reason"] for one in reversed(shown)] == [*broken, "too_large"]
    assert all(one["zh"] and one["en"] and not one["can_redrive"] and one["request_id"] for one in shown)
    async with payments.svc.uow() as uow:
        rows = await uow.fetch("SELECT r::text AS says FROM refused_delivery r")
    assert not [row for row in rows if "out_trade_no" in row["says"]]
    refused = await engineer.redrive(shown[0]["id"])
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/nothing-to-redrive")


async def test_pages_follow_each_other_over_both_kinds(payments, bank, engineer):
    for number in range(5):
        await bank.post(success(uuid4().hex))
        await bank.post(b"x", {"X-Number": str(number)})
    whole = [one["id"] for one in await engineer.listed()]
    seen, cursor = [], None
    while True:
        page = (await engineer.get("/deliveries", limit=3, **({"cursor": cursor} if cursor else {}))).json()
        seen += [one["id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == whole and len(whole) == 10


async def test_a_redriven_notice_takes_effect_once(payments, bank, engineer):
    order, attempt_id = await payments.opened(), uuid4()
    assert (await bank.post(success(attempt_id.hex))).status_code == 200
    (waiting,) = await engineer.listed()
    assert (waiting["verdict"], waiting["reason"]) == ("waiting", "unmatched")
    unchanged = (await engineer.redrive(waiting["id"])).json()
    assert unchanged == {"changed": False, "delivery": waiting}

    await attempt_of(payments, order, attempt_id)
    done = (await engineer.redrive(waiting["id"])).json()
    assert done["changed"] and done["delivery"]["reason"] == "applied" and done["delivery"]["copies"] == 1
    again = (await engineer.redrive(waiting["id"])).json()
    assert not again["changed"]
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
    assert (await payments.told()).count("payment.order.paid") == 1
    async with payments.svc.uow() as uow:
        assert await uow.fetchval("SELECT count(*) FROM capture") == 1
        assert await uow.fetchval("SELECT count(*) FROM audit_log WHERE action = 'partner.redrive'") == 3


async def test_another_partners_deliveries_do_not_exist(payments, bank, engineer, other):
    await bank.post(success(uuid4().hex))
    await bank.post(b"forged", {"X-Forged": "1"})
    kept_and_refused = await engineer.listed()
    assert len(kept_and_refused) == 2 and await other.listed() == []
    for one in kept_and_refused:
        hidden = await other.get(f"/deliveries/{one['id']}")
        nothing = await other.get(f"/deliveries/{uuid7()}")
        assert hidden.status_code == nothing.status_code == 404
        assert hidden.json()["detail"] == nothing.json()["detail"]
        assert (await other.redrive(one["id"])).status_code == 404
    assert (await other.get("/health")).json()["last_at"] is None


@pytest.mark.parametrize("partner", [None, "ems", "nobody"])
async def test_who_delivers_nothing_here_sees_nothing(payments, partner):
    desk = Desk(payments, partner)
    for path in ("/deliveries", "/health", f"/deliveries/{uuid7()}"):
        answer = await desk.get(path)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/partner-not-here")


async def test_health_says_what_comes_in_what_waits_and_how_our_calls_end(payments, bank, engineer):
    order = await payments.opened()
    await payments.citizen.start(order["id"])
    await bank.post(success(uuid4().hex))
    await bank.post(b"forged", {"X-Forged": "1"})
    await engineer.listed()
    health = (await engineer.get("/health")).json()
    assert (health["partner"], health["waiting"], health["refused_last_hour"]) == ("bank", 1, 1)
    assert health["tries"] == 1 and health["next_try_at"] and health["oldest_waiting_at"]
    assert health["calls"]["done"] >= 1 and health["calls"]["mean_ms"] > 0


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"verdict": "good"}, {"limit": 0}, {"since": "once"}, {"number": "n" * 65}]
)
async def test_bad_questions_are_answered_clearly(engineer, query):
    assert (await engineer.get("/deliveries", **query)).status_code == 422
