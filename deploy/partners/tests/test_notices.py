"""Delivery of notices: genuine, repeated until acknowledged, and every fault on the way."""

import pytest


async def test_a_notice_is_signed_and_names_the_payment(caller):
    number, transaction_id = await caller.paid_order(cents=4321)
    (notice,) = await caller.receiver.wait_for(1)
    assert caller.is_genuine("bank", notice.headers, notice.raw)
    assert notice.body["event"] == "TRANSACTION.SUCCESS"
    assert notice.body["merchant_id"] == "1900006101"
    data = notice.body["data"]
    assert (data["out_trade_no"], data["transaction_id"], data["amount_cents"]) == (
        number,
        transaction_id,
        4321,
    )
    (booked,) = await caller.all_acked(1)
    assert (booked["ref"], booked["attempts"]) == (number, 1)
    assert booked["deliveries"][0]["answer"] == '{"code": "SUCCESS"}'


async def test_a_notice_is_sent_again_until_it_is_acknowledged(caller):
    caller.receiver.answers = [
        (500, {}),
        (200, {"code": "FAIL"}),
        (200, "not an object"),
        (204, None),
        (302, {"code": "SUCCESS"}),
    ]
    await caller.paid_order()
    got = await caller.receiver.wait_for(6)
    (booked,) = await caller.all_acked(1)
    assert booked["attempts"] == len(got) == 6
    assert len({notice.raw for notice in got}) == 1
    assert len({notice.headers["X-Bank-Nonce"] for notice in got}) == 6
    assert all(caller.is_genuine("bank", notice.headers, notice.raw) for notice in got)


async def test_a_notice_nobody_takes_is_given_up_and_can_be_sent_by_hand(caller, eventually):
    caller.receiver.answers = [(500, {})] * 17
    await caller.control("PATCH", "/settings", {"time_scale": 0})
    await caller.paid_order()

    async def given_up():
        return await caller.notices(state="GAVE_UP")

    (booked,) = await eventually(given_up)
    assert booked["attempts"] == 16
    for count in (17, 18):
        await caller.control("POST", f"/notices/{booked['notice_id']}/redeliver")
        await caller.receiver.wait_for(count)
    (booked,) = await caller.all_acked(1)
    assert [delivery["status"] for delivery in booked["deliveries"]] == [500] * 17 + [200]


async def test_an_unreachable_receiver_does_not_lose_the_notice(caller, eventually):
    body = caller.order_body() | {"notify_url": "http://127.0.0.1:1/nobody"}
    await caller.pay(await caller.ok("POST", "/bank/v1/orders", body))

    async def tried_twice():
        (notice,) = await caller.notices()
        return notice if notice["attempts"] > 1 else None

    notice = await eventually(tried_twice)
    assert notice["state"] == "PENDING"
    assert "Cannot connect" in notice["deliveries"][0]["error"]


async def test_a_duplicated_notice_comes_several_times_with_the_same_id(caller):
    await caller.control("PUT", "/faults/bank", {"duplicate_next": 1, "duplicate_copies": 3})
    await caller.paid_order()
    got = await caller.receiver.wait_for(4)
    assert len({notice.raw for notice in got}) == 1
    await caller.paid_order()
    assert len(await caller.all_acked(2)) == 2
    assert len(caller.receiver.got) == 5


@pytest.mark.parametrize("fault", ["forge_next", "stale_next"])
async def test_a_forged_or_stale_notice_does_not_verify_and_a_true_one_follows(caller, fault):
    await caller.control("PUT", "/faults/bank", {fault: 1})
    caller.receiver.answers = [(401, {"code": "FAIL"})]
    await caller.paid_order()
    bad, good = await caller.receiver.wait_for(2)
    assert not caller.is_genuine("bank", bad.headers, bad.raw)
    assert caller.is_genuine("bank", good.headers, good.raw)
    assert bad.headers["X-Bank-Key-Id"] == good.headers["X-Bank-Key-Id"]


async def test_a_dropped_notice_comes_later_and_a_lost_one_never(caller, eventually):
    await caller.control("PUT", "/faults/bank", {"drop_next": 1})
    await caller.paid_order()
    (booked,) = await caller.all_acked(1)
    assert [delivery["sent"] for delivery in booked["deliveries"]] == ["dropped", "genuine"]

    await caller.control("PUT", "/faults/bank", {"lose_next": 1})
    number, _ = await caller.paid_order()

    async def lost():
        return await caller.notices(state="GAVE_UP")

    assert (await eventually(lost))[0]["ref"] == number
    assert (await caller.ok("GET", f"/bank/v1/orders/{number}"))["state"] == "SUCCESS"
    assert (await caller.control("POST", "/notices/redeliver?partner=bank"))["count"] == 1
    assert (await caller.receiver.wait_for(2))[1].body["data"]["out_trade_no"] == number


async def test_reordered_notices_come_newest_first(caller):
    await caller.control("PUT", "/faults/bank", {"reorder_batch": 3})
    numbers = [(await caller.paid_order())[0] for _ in range(3)]
    got = await caller.receiver.wait_for(3)
    assert [notice.body["data"]["out_trade_no"] for notice in got] == numbers[::-1]


async def test_clearing_the_faults_lets_held_notices_go(caller):
    await caller.control("PUT", "/faults/bank", {"reorder_batch": 10})
    await caller.paid_order()
    await caller.paid_order()
    assert caller.receiver.got == []
    await caller.control("DELETE", "/faults")
    await caller.receiver.wait_for(2)


async def test_a_partner_that_is_down_answers_unsigned_and_sends_when_it_is_back(caller):
    order = await caller.order()
    await caller.control("PATCH", "/settings", {"refund_seconds": 3600})
    number, _ = await caller.paid_order()
    refund = caller.refund_body(number)
    await caller.ok("POST", "/bank/v1/refunds", refund)
    await caller.all_acked(1)

    await caller.control("PUT", "/faults/bank", {"down": True})
    answer = await caller.call("GET", f"/bank/v1/orders/{number}")
    assert answer.status_code == 503 and "X-Bank-Signature" not in answer.headers
    assert (await caller.pay(order)).status_code == 503
    await caller.control("POST", f"/bank/refunds/{refund['out_refund_no']}/settle", {"status": "SUCCESS"})
    (waiting,) = await caller.notices(state="PENDING")
    assert waiting["attempts"] == 0 and len(caller.receiver.got) == 1

    await caller.control("DELETE", "/faults/bank")
    assert (await caller.receiver.wait_for(2))[1].body["event"] == "REFUND.SUCCESS"


async def test_a_500_changes_nothing_and_a_lost_answer_hides_what_was_done(caller):
    await caller.control("PUT", "/faults/bank", {"http_500_next": 1, "lost_answer_next": 1})
    body = caller.order_body("T20261122000001")
    answer = await caller.call("POST", "/bank/v1/orders", body)
    assert answer.status_code == 500 and "X-Bank-Signature" not in answer.headers
    assert (await caller.control("GET", "/books/bank"))["orders"] == []
    assert (await caller.call("POST", "/bank/v1/orders", body)).status_code == 502
    assert (await caller.ok("GET", "/bank/v1/orders/T20261122000001"))["state"] == "NOTPAY"


async def test_a_wrong_amount_is_captured_or_only_told(caller):
    await caller.control("PUT", "/faults/bank", {"wrong_amount_next": 1, "wrong_amount_delta_cents": -1})
    captured, _ = await caller.paid_order(2000)
    wrong_notice = {"wrong_amount_next": 1, "wrong_amount_delta_cents": 7, "wrong_amount_in": "notice"}
    await caller.receiver.wait_for(1)
    await caller.control("PUT", "/faults/bank", wrong_notice)
    told, _ = await caller.paid_order(2000)
    got = await caller.receiver.wait_for(2)
    assert [notice.body["data"]["amount_cents"] for notice in got] == [1999, 2007]
    assert (await caller.ok("GET", f"/bank/v1/orders/{captured}"))["amount_cents"] == 1999
    assert (await caller.ok("GET", f"/bank/v1/orders/{told}"))["amount_cents"] == 2000


async def test_a_notice_for_another_merchant_is_authentic(caller):
    await caller.control("PUT", "/faults/bank", {"wrong_merchant_next": 1})
    await caller.paid_order()
    (notice,) = await caller.receiver.wait_for(1)
    assert caller.is_genuine("bank", notice.headers, notice.raw)
    assert notice.body["merchant_id"] != "1900006101"


async def test_late_answers_and_notices_come_all_the_same(caller):
    await caller.control("PUT", "/faults/bank", {"late_ms": 5, "answer_late_ms": 5})
    await caller.paid_order()
    await caller.receiver.wait_for(1)
