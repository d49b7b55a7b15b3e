"""Orders, captures and refunds at the bank."""

from uuid import uuid4

import pytest


async def test_an_order_can_be_paid_and_queried(caller):
    order = await caller.order("T20261122000001", cents=2000)
    assert order["pay_url"] == f"http://sandbox/bank/cashier/{order['prepay_id']}"
    before = await caller.ok("GET", "/bank/v1/orders/T20261122000001")
    assert (before["state"], before["amount_cents"], before["transaction_id"]) == ("NOTPAY", 2000, None)

    paid = (await caller.pay(order)).json()
    after = await caller.ok("GET", "/bank/v1/orders/T20261122000001")
    assert after["state"] == paid["state"] == "SUCCESS"
    assert after["transaction_id"] == paid["transaction_id"]
    assert after["success_time"].endswith("+08:00")


async def test_the_same_order_number_gives_the_same_order(caller):
    first = await caller.order("T20261122000001")
    assert await caller.order("T20261122000001") == first
    await caller.pay(first)
    assert await caller.order("T20261122000001") == first | {"state": "SUCCESS"}
    conflict = await caller.refused("POST", "/bank/v1/orders", caller.order_body("T20261122000001", cents=1))
    assert conflict == (409, "OUT_TRADE_NO_CONFLICT")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_cents": 0},
        {"amount_cents": 20.0},
        {"amount_cents": "2000"},
        {"amount_cents": 10**20},
        {"currency": "USD"},
        {"out_trade_no": "a b"},
        {"out_trade_no": "x" * 1000},
        {"description": ""},
        {"notify_url": "ftp://example"},
        {"expires_at": "2020-01-01T00:00:00+08:00"},
        {"expires_at": "2099-01-01T00:00:00"},
        {"return_url": "javascript:alert(1)"},
    ],
)
async def test_a_wrong_field_is_named(caller, wrong):
    answer = await caller.call("POST", "/bank/v1/orders", caller.order_body() | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert next(iter(wrong)) in answer.json()["message"]


async def test_what_is_not_json_or_too_long_is_refused(caller):
    for body, expected in ((b"{", 400), (b"[]", 400), (b"", 400), (b"\xff", 400), (b"x" * 70_000, 413)):
        headers = caller.signed("bank", "POST", "/bank/v1/orders", body)
        assert (
            await caller.http.post("/bank/v1/orders", content=body, headers=headers)
        ).status_code == expected


async def test_a_closed_order_cannot_be_paid_and_a_paid_one_not_closed(caller):
    order, paid = await caller.order(), await caller.order()
    close = f"/bank/v1/orders/{order['out_trade_no']}/close"
    assert (await caller.ok("POST", close))["state"] == "CLOSED"
    assert (await caller.ok("POST", close, {}))["state"] == "CLOSED"
    assert (await caller.pay(order)).json()["code"] == "ORDER_CLOSED"

    await caller.pay(paid)
    assert await caller.refused("POST", f"/bank/v1/orders/{paid['out_trade_no']}/close") == (
        409,
        "ORDER_PAID",
    )
    assert (await caller.pay(paid)).json()["code"] == "ORDER_PAID"
    assert await caller.refused("POST", "/bank/v1/orders/unknown/close") == (404, "ORDER_NOT_EXIST")


async def test_an_order_is_not_closed_while_the_payer_types(caller):
    number = (await caller.order())["out_trade_no"]
    await caller.control("POST", f"/bank/orders/{number}/state", {"state": "USERPAYING"})
    assert await caller.refused("POST", f"/bank/v1/orders/{number}/close") == (409, "USER_PAYING")


async def test_an_order_past_its_time_is_closed(caller, sandbox):
    order = await caller.order()
    sandbox.books.run("UPDATE pay_order SET expires_at = 1")
    assert (await caller.pay(order)).json()["code"] == "ORDER_CLOSED"
    assert (await caller.ok("GET", f"/bank/v1/orders/{order['out_trade_no']}"))["state"] == "CLOSED"


async def test_a_second_capture_has_its_own_transaction_and_notice(caller):
    number, first = await caller.paid_order()
    second = await caller.control("POST", f"/bank/orders/{number}/capture", {"amount_cents": 5})
    assert second["transaction_id"] != first
    told = [notice.body for notice in await caller.receiver.wait_for(2)]
    assert {notice["data"]["transaction_id"] for notice in told} == {first, second["transaction_id"]}
    assert len({notice["notice_id"] for notice in told}) == 2
    assert (await caller.ok("GET", f"/bank/v1/orders/{number}"))["transaction_id"] == first


async def test_money_for_a_closed_order_is_told_and_leaves_it_closed(caller):
    number = (await caller.order())["out_trade_no"]
    await caller.ok("POST", f"/bank/v1/orders/{number}/close")
    captured = await caller.control("POST", f"/bank/orders/{number}/capture")
    (notice,) = await caller.receiver.wait_for(1)
    assert notice.body["data"]["transaction_id"] == captured["transaction_id"]
    assert (await caller.ok("GET", f"/bank/v1/orders/{number}"))["state"] == "CLOSED"


async def test_a_refund_completes_later_and_is_told(caller):
    number, transaction_id = await caller.paid_order()
    await caller.receiver.wait_for(1)
    body = caller.refund_body(number, 500)
    accepted = await caller.ok("POST", "/bank/v1/refunds", body)
    assert (accepted["status"], accepted["transaction_id"]) == ("PROCESSING", transaction_id)
    told = (await caller.receiver.wait_for(2))[1].body
    assert told["event"] == "REFUND.SUCCESS"
    assert told["data"]["out_refund_no"] == body["out_refund_no"]
    assert (told["data"]["refund_status"], told["data"]["refund_cents"]) == ("SUCCESS", 500)

    again = await caller.ok("POST", "/bank/v1/refunds", body)
    assert (again["status"], again["refund_id"]) == ("SUCCESS", accepted["refund_id"])
    assert (await caller.ok("GET", f"/bank/v1/refunds/{body['out_refund_no']}")) == again
    assert (await caller.ok("GET", f"/bank/v1/orders/{number}"))["refunded_cents"] == 500


async def test_a_refund_is_refused_for_each_wrong_reason(caller):
    number, _ = await caller.paid_order()
    unpaid = (await caller.order())["out_trade_no"]
    used = caller.refund_body(number, 1500)
    await caller.ok("POST", "/bank/v1/refunds", used)
    for body, expected in (
        (caller.refund_body("unknown-order"), (404, "ORDER_NOT_EXIST")),
        (caller.refund_body(unpaid), (409, "ORDER_NOT_PAID")),
        (caller.refund_body(number, transaction_id="4200"), (404, "TRANSACTION_NOT_EXIST")),
        (caller.refund_body(number, 1, total_cents=1999), (422, "TOTAL_MISMATCH")),
        (caller.refund_body(number, 501), (422, "REFUND_EXCEEDS")),
        (used | {"refund_cents": 1}, (409, "OUT_REFUND_NO_CONFLICT")),
    ):
        assert await caller.refused("POST", "/bank/v1/refunds", body) == expected
    assert await caller.refused("GET", f"/bank/v1/refunds/{uuid4()}") == (404, "REFUND_NOT_EXIST")


async def test_one_of_two_captures_can_be_refunded(caller):
    number, first = await caller.paid_order()
    second = (await caller.control("POST", f"/bank/orders/{number}/capture"))["transaction_id"]
    for transaction_id in (second, first):
        body = caller.refund_body(number, transaction_id=transaction_id)
        assert (await caller.ok("POST", "/bank/v1/refunds", body))["transaction_id"] == transaction_id


async def test_an_abnormal_refund_is_told_as_such(caller):
    await caller.control("PATCH", "/settings", {"refund_seconds": 3600})
    number, _ = await caller.paid_order()
    await caller.receiver.wait_for(1)
    body = caller.refund_body(number)
    await caller.ok("POST", "/bank/v1/refunds", body)
    await caller.control("POST", f"/bank/refunds/{body['out_refund_no']}/settle", {"status": "ABNORMAL"})
    told = (await caller.receiver.wait_for(2))[1].body
    assert (told["event"], told["data"]["success_time"]) == ("REFUND.ABNORMAL", None)
    assert await caller.refused("POST", "/bank/v1/refunds", caller.refund_body(number)) == (
        422,
        "REFUND_EXCEEDS",
    )


async def test_the_cashier_shows_the_sum_and_takes_the_payment(caller):
    order = await caller.ok(
        "POST", "/bank/v1/orders", caller.order_body(cents=123456) | {"description": "<b>费</b>"}
    )
    page = await caller.http.get(f"/bank/cashier/{order['prepay_id']}")
    assert "1,234.56" in page.text and "确认支付" in page.text and "&lt;b&gt;费" in page.text
    paid = await caller.http.post(f"/bank/cashier/{order['prepay_id']}/pay", headers={"Accept": "text/html"})
    assert paid.status_code == 303
    page = await caller.http.get(str(paid.next_request.url))
    assert "支付成功" in page.text and "确认支付" not in page.text
    assert (await caller.http.get("/bank/cashier/wpunknown")).status_code == 404
    assert (await caller.http.post("/bank/cashier/wpunknown/pay")).json()["code"] == "ORDER_NOT_EXIST"
