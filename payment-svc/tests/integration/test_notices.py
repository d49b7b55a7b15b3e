"""The bank's webhook: authentic notices are kept and acknowledged, others refused; never a 500."""

import base64
import hashlib
import time
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from chassis.clock import now
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from payment_svc.api import webhooks
from payment_svc.channels.bank.signing import MerchantKey


class BankHand:
    """Signs what we want as the bank would."""

    def __init__(self, payments: Any) -> None:
        self.client = payments.svc.client
        pem = (payments.world.keys / "bank.private.pem").read_bytes()
        self.key = load_pem_private_key(pem, password=None)
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(raw).hexdigest()[:16]

    def signed(self, body: bytes, *, key: Any = None, at: int | None = None) -> dict[str, str]:
        timestamp, nonce = str(at or int(time.time())), uuid4().hex
        text = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        return {
            "X-Bank-Key-Id": self.key_id,
            "X-Bank-Timestamp": timestamp,
            "X-Bank-Nonce": nonce,
            "X-Bank-Signature": base64.b64encode((key or self.key).sign(text)).decode(),
        }

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> Any:
        path = "/webhooks/payments/bank/treasury"
        return await self.client.post(path, content=body, headers=headers or self.signed(body))


@pytest.fixture
def bank(payments):
    return BankHand(payments)


def success(number: str, **changes: Any) -> bytes:
    data = {
        "out_trade_no": number,
        "transaction_id": f"4200{uuid4().int % 10**20}",
        "trade_state": "SUCCESS",
        "amount_cents": 2000,
        "currency": "CNY",
        "success_time": now().isoformat(),
    }
    document = {"notice_id": f"bn_{uuid4().hex}", "event": "TRANSACTION.SUCCESS", "merchant_id": "1900006101"}
    return orjson.dumps({**document, "data": {**data, **changes}})


async def stored(payments) -> list[str]:
    async with payments.svc.uow() as uow:
        return [row["outcome"] for row in await uow.fetch("SELECT outcome FROM notice ORDER BY id")]


async def test_vector_of_the_protocol_verifies():
    """The page's own vector, so that both sides are held against a third."""
    seed = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = MerchantKey(seed.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "1900006101")
    headers = key.headers(
        "GET", "/bank/v1/orders/T20261122000001", b"", nonce="0123456789abcdef", timestamp=1795343400
    )
    assert headers["X-Bank-Signature"] == (
        "rWKInEVUfYLm301eTgU6N3vSdQwqU1f7HLUL3JS3yjL+CDzd0T8BrKR+9YMKBu2IIVNjkyqcI7Es/YXHAlidDQ=="
    )


async def test_notice_before_its_order_is_kept_then_applied(payments, bank):
    order = await payments.opened()
    attempt_id = uuid4()
    answer = await bank.post(success(attempt_id.hex))
    assert (answer.status_code, answer.json()) == (200, {"code": "SUCCESS"})
    assert await stored(payments) == ["unmatched"]

    async with payments.svc.uow() as uow:
        await uow.execute(
            "INSERT INTO attempt (id, order_id, channel, state, created_at)"
            " VALUES ($1, $2, 'bank', 'pending', now())",
            attempt_id,
            UUID(order["id"]),
        )
    await payments.run("payment.apply_unmatched_notices")
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
    assert await stored(payments) == ["applied"]


async def test_number_we_never_made_stays_for_operators(payments, bank):
    for number in ("someone-elses-number", uuid4().hex):
        assert (await bank.post(success(number))).status_code == 200
    await payments.run("payment.apply_unmatched_notices")
    assert [one["what"] for one in await payments.anomalies("notice")] == ["unmatched", "unmatched"]


@pytest.mark.parametrize(
    "break_it",
    [
        lambda headers: headers.pop("X-Bank-Signature"),
        lambda headers: headers.update({"X-Bank-Signature": "A" * 88}),
        lambda headers: headers.update({"X-Bank-Signature": "not base64 !"}),
        lambda headers: headers.update({"X-Bank-Key-Id": "0" * 16}),
        lambda headers: headers.update({"X-Bank-Timestamp": "soon"}),
        lambda headers: headers.update({"X-Bank-Timestamp": "9" * 400}),
        lambda headers: headers.update({"X-Bank-Nonce": "other"}),
    ],
    ids=["missing", "forged", "garbage", "other key", "no time", "huge time", "other nonce"],
)
async def test_notice_that_cannot_be_verified_is_refused_and_not_stored(payments, bank, break_it):
    body = success(uuid4().hex)
    headers = bank.signed(body)
    break_it(headers)
    answer = await bank.post(body, headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "FAIL")
    assert await stored(payments) == []


async def test_strangers_key_is_refused_and_counted(payments, bank):
    def count() -> float:
        return webhooks.REFUSED.labels("bank", "signature")._value.get()

    before, body = count(), success(uuid4().hex)
    answer = await bank.post(body, bank.signed(body, key=Ed25519PrivateKey.generate()))
    assert (answer.status_code, count() - before) == (401, 1)


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_notice_outside_five_minutes_is_refused(payments, bank, seconds):
    body = success(uuid4().hex)
    assert (await bank.post(body, bank.signed(body, at=int(time.time()) + seconds))).status_code == 401


async def test_changed_byte_is_refused(payments, bank):
    body = success(uuid4().hex)
    assert (await bank.post(body.replace(b"2000", b"2001"), bank.signed(body))).status_code == 401


async def test_replay_inside_the_window_changes_nothing(payments, bank):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    body = success(UUID(attempt["id"]).hex)
    headers = bank.signed(body)
    answers = [await bank.post(body, headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len((await payments.citizen.order(order["id"]))["money"]) == 1
    assert await stored(payments) == ["applied"]


CONTENTS = {
    "empty": (b"", "unreadable"),
    "not json": (b"not json", "unreadable"),
    "a list": (b"[1, 2]", "unreadable"),
    "no facts": (b'{"notice_id":"x","event":"TRANSACTION.OK","merchant_id":"m","data":{}}', "unreadable"),
    "id of a wrong type": (b'{"notice_id":7,"event":"A.B","data":{}}', "unreadable"),
    "amount as text": (success("x", amount_cents="2000"), "unreadable"),
    "negative amount": (success("x", amount_cents=-1), "unreadable"),
    "amount beyond 64 bits": (success("x").replace(b":2000,", b":99999999999999999999999,"), "unreadable"),
    "very long number": (success("x" * 500), "unreadable"),
    "nul": (success("x", transaction_id="a\x00b"), "unreadable"),
    "no time": (success("x", success_time="yesterday"), "unmatched"),
    "new status": (success(uuid4().hex, trade_state="SOMETHING_NEW"), "says_nothing"),
    "new event": (b'{"notice_id":"n1","event":"ACCOUNT.CHANGED","data":{}}', "says_nothing"),
    "unknown refund": (
        b'{"notice_id":"n2","event":"REFUND.SUCCESS","data":{"out_refund_no":"r","refund_cents":5}}',
        "unmatched",
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", CONTENTS)
async def test_authentic_notice_of_any_content_is_kept_and_acknowledged(payments, bank, content):
    body, outcome = CONTENTS[content]
    answers = [await bank.post(body), await bank.post(body)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await stored(payments) == [outcome]


async def test_refund_notice_with_another_sum_is_not_taken_for_success(payments, bank):
    order = await payments.opened()
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    await payments.world.control("PATCH", "/settings", {"refund_seconds": 600})
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    async with payments.svc.uow() as uow:
        refund_id = await uow.fetchval("SELECT id FROM refund")
    data = {"out_refund_no": refund_id.hex, "refund_status": "SUCCESS", "refund_cents": 1}
    assert (
        await bank.post(orjson.dumps({"notice_id": "n", "event": "REFUND.SUCCESS", "data": data}))
    ).status_code == 200
    assert (await stored(payments))[-1] == "contradiction"
    assert (await payments.citizen.order(order["id"]))["state"] == "refunding"
    assert [one["provider_code"] for one in await payments.anomalies("refund")] == ["AMOUNT_DIFFERS"]


async def test_huge_body_is_refused_unread(payments, bank):
    assert (await bank.post(b"x" * 70_000)).status_code == 401


async def test_forged_stale_and_dropped_deliveries_are_made_good_by_the_schedule(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(forge_next=1, stale_next=1, drop_next=1)
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    (notice,) = await payments.world.notices()
    assert [one["status"] for one in notice["deliveries"]].count(401) == 2
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_fault_of_ours_keeps_the_notice_for_the_job(payments, bank):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    async with payments.svc.as_owner() as owner:
        await owner.execute(
            "ALTER TABLE ledger_entry ADD CONSTRAINT broken CHECK (amount_cents < 0) NOT VALID"
        )
    assert (await bank.post(success(UUID(attempt["id"]).hex))).status_code == 200
    assert await stored(payments) == ["unmatched"]

    async with payments.svc.as_owner() as owner:
        await owner.execute("ALTER TABLE ledger_entry DROP CONSTRAINT broken")
    await payments.run("payment.apply_unmatched_notices")
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
