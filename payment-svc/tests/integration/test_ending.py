"""Orders end: expiry, withdrawal, closing unpaid; refunds to their end."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from contracts.payment import OrderCancelled, OrderExpired, RefundRequested, RefundSucceeded
from payment_svc.domain.captures import Why
from payment_svc.domain.errors import CaseNoLongerOwes
from payment_svc.domain.payees import Kind


async def paid(payments):
    order = await payments.opened()
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    return order


async def test_expiry_closes_at_the_bank_first(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(down=True)
    await payments.expired(order["id"])
    assert (await payments.citizen.order(order["id"]))["state"] == "expiring"

    await payments.world.fault()
    await payments.let_pass(order["id"], timedelta(minutes=1))
    await payments.svc.run_jobs()
    ended = await payments.citizen.order(order["id"])
    assert (ended["state"], ended["can_reopen"]) == ("expired", True)
    (at_bank,) = (await payments.world.books(UUID(attempt["id"]).hex))["orders"]
    assert at_bank["state"] == "CLOSED"
    assert isinstance((await payments.svc.emitted())[-1], OrderExpired)


async def test_order_nobody_tried_to_pay_expires_without_the_bank(payments):
    order = await payments.opened()
    await payments.world.fault(down=True)
    await payments.expired(order["id"])
    assert (await payments.citizen.order(order["id"]))["state"] == "expired"


async def test_money_found_while_expiring_pays_the_order(payments):
    order = await payments.opened()
    await payments.world.fault(lose_next=1)
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.expired(order["id"])
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
    assert "payment.order.expired" not in await payments.told()


async def test_payer_at_the_password_is_waited_for(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    path = f"/bank/orders/{UUID(attempt['id']).hex}/state"
    await payments.world.control("POST", path, {"state": "USERPAYING"})
    await payments.expired(order["id"])
    assert (await payments.citizen.order(order["id"]))["state"] == "expiring"

    await payments.world.control("POST", path, {"state": "NOTPAY"})
    await payments.let_pass(order["id"], timedelta(minutes=1))
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "expired"


async def test_held_money_does_not_keep_an_order_from_expiring(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(wrong_amount_next=1, wrong_amount_in="capture")
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    await payments.expired(order["id"])
    ended = await payments.citizen.order(order["id"])
    assert (ended["state"], ended["money"][0]["state"]) == ("expired", "held")


async def test_expired_order_takes_no_attempt_and_a_new_one_can_be_opened(payments):
    order = await payments.opened()
    await payments.expired(order["id"])
    refused = await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    assert refused.status_code == 409

    answer = await payments.citizen.post(f"/cases/{order['case_id']}/orders")
    assert answer.status_code == 201, answer.text
    new = answer.json()
    assert (new["state"], new["amount_cents"]) == ("open", 2000)
    await payments.world.pay((await payments.citizen.start(new["id"]))["pay_url"])
    await payments.world.delivered()
    states = [one["state"] for one in await payments.citizen.orders(order["case_id"])]
    assert states == ["paid", "expired"]


async def test_order_close_to_its_end_takes_no_attempt(payments):
    order = await payments.opened()
    await payments.let_pass(order["id"], timedelta(hours=1, minutes=59, seconds=45))
    refused = await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    assert (refused.status_code, refused.json()["state"]) == (409, "expiring")


async def test_new_order_is_refused_while_one_is_live_or_nothing_is_owed(payments):
    order = await payments.opened()
    live = await payments.citizen.post(f"/cases/{order['case_id']}/orders")
    assert (live.status_code, live.json()["order_id"]) == (409, order["id"])
    assert (await payments.citizen.post(f"/cases/{uuid4()}/orders")).status_code == 404

    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    over = await payments.citizen.post(f"/cases/{order['case_id']}/orders")
    assert over.status_code == 409
    assert over.json()["type"].endswith("case-no-longer-owes")


async def test_withdrawal_closes_at_the_bank_then_cancels(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.withdrawn(order["case_id"])
    assert (await payments.citizen.order(order["id"]))["state"] == "closing"
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "cancelled"
    (at_bank,) = (await payments.world.books(UUID(attempt["id"]).hex))["orders"]
    assert at_bank["state"] == "CLOSED"
    assert isinstance((await payments.svc.emitted())[-1], OrderCancelled)


async def test_withdrawal_of_a_paid_case_refunds_it(payments):
    order = await paid(payments)
    await payments.withdrawn(order["case_id"])
    assert (await payments.citizen.order(order["id"]))["state"] == "refunding"
    await payments.svc.run_jobs()
    await payments.world.delivered()

    refunded = await payments.citizen.order(order["id"])
    (money,) = refunded["money"]
    assert (refunded["state"], money["state"], money["why"]) == ("refunded", "refunded", "case_withdrawn")
    told = await payments.svc.emitted()
    requested, succeeded = [one for one in told if isinstance(one, RefundRequested | RefundSucceeded)]
    assert isinstance(requested, RefundRequested) and isinstance(succeeded, RefundSucceeded)
    assert requested.refund_id == succeeded.refund_id
    assert (requested.reason, succeeded.amount_cents) == ("case_withdrawn", 2000)
    listed = (await payments.citizen.get("/refunds")).json()["items"]
    assert [one["state"] for one in listed] == ["succeeded"]


async def test_case_closed_unpaid_cancels_its_order(payments):
    order = await payments.opened()
    await payments.closed_unpaid(order["case_id"])
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "cancelled"


async def test_payment_in_the_moment_of_withdrawal_goes_back(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(lose_next=1)
    await payments.world.pay(attempt["pay_url"])
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    await payments.svc.run_jobs()
    await payments.world.delivered()
    ended = await payments.citizen.order(order["id"])
    assert (ended["state"], ended["money"][0]["state"]) == ("cancelled", "refunded")
    assert "payment.order.paid" not in await payments.told()


async def test_withdrawal_of_an_expired_case_leaves_the_order_expired(payments):
    order = await payments.opened()
    await payments.expired(order["id"])
    await payments.withdrawn(order["case_id"])
    ended = await payments.citizen.order(order["id"])
    assert (ended["state"], ended["can_reopen"]) == ("expired", False)


async def test_withdrawal_of_a_case_that_owes_nothing_does_nothing(payments):
    await payments.withdrawn(uuid4())
    assert await payments.svc.parked() == []


async def test_order_opened_in_the_moment_of_withdrawal_waits_and_is_refused(payments):
    order = await payments.opened()
    await payments.expired(order["id"])
    use, case_id = payments.svc.service.state.use_cases, UUID(order["case_id"])

    async def open_again() -> None:
        async with payments.svc.uow() as second:
            await use.open_order.again(case_id, Kind.FEE, payments.citizen.id, second)

    async def waits() -> bool:
        blocked = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        return opening.done() or await payments.svc.service.pool.fetchval(blocked)

    async with payments.svc.uow() as first:
        await use.call_off_order(case_id, Why.CASE_WITHDRAWN, first)
        await first.flush()
        opening = asyncio.create_task(open_again())
        await payments.world.until(waits)
    with pytest.raises(CaseNoLongerOwes):
        await opening
    assert len(await payments.citizen.orders(case_id)) == 1


async def test_attempt_in_the_moment_of_withdrawal_is_refused_before_the_bank_hears(payments):
    order = await payments.opened()
    use = payments.svc.service.state.use_cases

    async def waits() -> bool:
        blocked = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
        return starting.done() or await payments.svc.service.pool.fetchval(blocked)

    async with payments.svc.uow() as first:
        await use.call_off_order(UUID(order["case_id"]), Why.CASE_WITHDRAWN, first)
        await first.flush()
        starting = asyncio.create_task(
            payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
        )
        await payments.world.until(waits)
    answer = await starting
    assert (answer.status_code, answer.json()["state"]) == (409, "closing")
    assert (await payments.world.books())["orders"] == []


async def test_refund_goes_on_with_one_number_whatever_happens(payments):
    order = await paid(payments)
    await payments.world.fault(lost_answer_next=1, lose_next=1)
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "refunding"
    await payments.let_pass(order["id"], timedelta(minutes=5))
    await payments.svc.run_jobs()
    await payments.let_pass(order["id"], timedelta(minutes=5))
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "refunded"
    assert (await payments.world.books())["sums"]["refunds"] == 1


async def test_abnormal_refund_is_shown_and_its_late_success_wins(payments):
    order = await paid(payments)
    await payments.world.control("PATCH", "/settings", {"refund_seconds": 600})
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    (refund,) = (await payments.world.books())["refunds"]
    path = f"/bank/refunds/{refund['out_refund_no']}/settle"
    await payments.world.control("POST", path, {"status": "ABNORMAL"})
    await payments.world.delivered()
    (anomaly,) = await payments.anomalies("refund")
    assert anomaly["order_id"] == order["id"]
    assert (await payments.balances())["refund_due_cents"] == 2000

    await payments.world.control("POST", path, {"status": "SUCCESS"})
    await payments.world.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "refunded"
    assert await payments.anomalies("refund") == []


async def test_check_also_finds_a_finished_refund(payments):
    order = await paid(payments)
    await payments.world.fault(lose_next=1)
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    await payments.let_pass(order["id"], timedelta(seconds=10))
    assert (await payments.citizen.check(order["id"])).json()["state"] == "refunded"
