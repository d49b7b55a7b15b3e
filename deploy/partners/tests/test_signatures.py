"""Both directions of signing, against the page's vectors and against every way to get it wrong."""

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from partners.gate import NonceMemory
from partners.signing import Ed25519Verifier, HmacVerifier, Signer, notice_text, request_text

MERCHANT = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BANK = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
ORDER = (
    '{"out_trade_no":"T20261122000001","amount_cents":2000,"currency":"CNY","description":"居民身份证工本费",'
    '"notify_url":"http://127.0.0.1:8080/webhooks/bank","expires_at":"2026-11-22T20:30:00+08:00"}'
).encode()
ORDER_SIGNATURE = b"AQ8HdSLG2FQt6DJKtXhA/ZY158pK0KF0k+zmiuAXoUDglmrvjH/Pu950v8XaO7vHhhxEhZf799WnCrDtrfdpBQ=="
NOTICE = (
    b'{"notice_id":"bn_0000000000000000000001","event":"TRANSACTION.SUCCESS",'
    b'"created_at":"2026-11-22T18:31:00.000+08:00","merchant_id":"1900006101","data":'
    b'{"out_trade_no":"T20261122000001","transaction_id":"4200000000000000000000000001","trade_state":"SUCCESS",'
    b'"amount_cents":2000,"currency":"CNY","success_time":"2026-11-22T18:30:59.000+08:00"}}'
)
NOTICE_SIGNATURE = b"G4L2SqmOZ2WtWrU4UMOg2DKuIC5Yiy6W63IysymHSARZU5XEvHcnEJscsjiMNIem8IqHjU5YBNzzoPOAMAnmCA=="
SMS = b'{"phone":"13800000000","template":"login_code","params":{"code":"123456"}}'


def test_the_vectors_of_the_protocol_page_hold():
    order = request_text("POST", b"/bank/v1/orders", b"1795343400", b"0123456789abcdef", ORDER)
    assert len(ORDER) == 204 and len(NOTICE) == 341
    assert Signer(MERCHANT).key_id == b"56475aa75463474c"
    assert Signer(BANK).key_id == b"24f6ed6acbfe1009"
    assert Signer(MERCHANT).sign(order) == ORDER_SIGNATURE
    assert Ed25519Verifier(MERCHANT.public_key()).verify(order, ORDER_SIGNATURE)
    assert Signer(BANK).sign(notice_text(b"1795343460", b"fedcba9876543210", NOTICE)) == NOTICE_SIGNATURE
    sms = request_text("POST", b"/sms/v1/send", b"1795343400", b"0123456789abcdef", SMS)
    assert HmacVerifier(b"sandbox-secret").verify(sms, b"lI4vEUV6B/kbs2wud5psntLDVy5dZjlkT//8+SAzAiU=")


async def test_an_answer_is_signed_and_carries_the_request_nonce(caller):
    answer = await caller.call("GET", "/bank/v1/orders/unknown-number", nonce="0123456789abcdef")
    assert answer.status_code == 404
    assert caller.is_genuine("bank", answer.headers, answer.content)
    assert answer.headers["X-Bank-Nonce"] == "0123456789abcdef"


@pytest.mark.parametrize("partner", ["bank", "sms", "realname", "fines", "fiscal"])
async def test_a_call_is_refused_unless_every_header_is_right(caller, partner):
    target = f"/{partner}/v1/"
    target += {"bank": "orders/x", "fines": "decisions/x", "fiscal": "receipts/x"}.get(partner, "")
    target = {"sms": "/sms/v1/send", "realname": "/realname/v1/check"}.get(partner, target)
    method = "POST" if partner in ("sms", "realname") else "GET"
    prefix = f"X-{partner.capitalize()}-"
    role = {"bank": "Merchant"}.get(partner, "App")

    async def code(change: dict[str, str | None], **how) -> str:
        headers = caller.signed(partner, method, target, b"", **how) | change
        headers = {name: value for name, value in headers.items() if value is not None}
        answer = await caller.http.request(method, target, headers=headers)
        assert answer.status_code == 401
        return answer.json()["code"]

    for name in ("Timestamp", "Nonce", "Signature"):
        assert await code({prefix + name: None}) == "SIGNATURE_MISSING"
    assert await code({prefix + "Nonce": "short"}) == "SIGNATURE_MISSING"
    assert await code({prefix + "Timestamp": "yesterday"}) == "SIGNATURE_MISSING"
    assert await code({prefix + role: "somebody-else"}) == "CALLER_UNKNOWN"
    assert await code({}, at=int(time.time()) - 302) == "TIMESTAMP_OUT_OF_WINDOW"
    assert await code({}, at=int(time.time()) + 302) == "TIMESTAMP_OUT_OF_WINDOW"
    assert await code({prefix + "Signature": "bm90IGEgc2lnbmF0dXJl"}) == "SIGNATURE_INVALID"
    assert await code({prefix + "Signature": "###"}) == "SIGNATURE_INVALID"
    assert await code({prefix + "Nonce": "another-nonce-than-signed"}) == "SIGNATURE_INVALID"


async def test_a_changed_body_or_target_is_refused(caller):
    body = b'{"phone":"13800000000","template":"login_code","params":{}}'
    headers = caller.signed("sms", "POST", "/sms/v1/send", body)
    changed = await caller.http.post("/sms/v1/send", content=body.replace(b"138", b"139"), headers=headers)
    assert changed.json()["code"] == "SIGNATURE_INVALID"
    headers = caller.signed("bank", "GET", "/bank/v1/orders/A00001", b"")
    changed = await caller.http.get("/bank/v1/orders/A00001?x=1", headers=headers)
    assert changed.json()["code"] == "SIGNATURE_INVALID"


async def test_a_query_string_is_part_of_the_signed_text(caller):
    assert await caller.refused("GET", "/bank/v1/orders/A00001?a=%20b") == (404, "ORDER_NOT_EXIST")


async def test_a_replayed_call_is_refused(caller):
    headers = caller.signed("bank", "GET", "/bank/v1/orders/A00001", b"")
    assert (await caller.http.get("/bank/v1/orders/A00001", headers=headers)).status_code == 404
    replayed = await caller.http.get("/bank/v1/orders/A00001", headers=headers)
    assert (replayed.status_code, replayed.json()["code"]) == (401, "NONCE_REPLAYED")


def test_a_nonce_is_remembered_for_twice_the_window_and_then_forgotten():
    memory = NonceMemory()
    assert memory.first_seen(b"a", now=1_000.0)
    assert not memory.first_seen(b"a", now=1_599.0)
    assert memory.first_seen(b"b", now=1_599.0)
    assert not memory.first_seen(b"b", now=2_190.0)
    assert memory.first_seen(b"a", now=5_000.0)
