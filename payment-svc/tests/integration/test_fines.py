"""Fines: the sum comes from the issuing system by decision number, and it is told of the payment."""

from datetime import timedelta
from uuid import uuid4


async def decided(payments, number: str):
    case_id = uuid4()
    payments.world.decision_nos[case_id] = number
    await payments.requested(amount_cents=None, source="issuing_system", case_id=case_id)
    (order,) = await payments.citizen.orders(case_id)
    return order


async def looked_up(payments, order):
    await payments.svc.run_jobs()
    return await payments.citizen.order(order["id"])


async def test_sum_is_looked_up_then_the_order_opens(payments):
    pricing = await decided(payments, "3205011000000002")
    assert (pricing["state"], pricing["amount_cents"], pricing["can_pay"]) == ("pricing", None, False)
    assert await payments.told() == []

    order = await looked_up(payments, pricing)
    assert (order["state"], order["amount_cents"], order["amount_yuan"]) == ("open", 50000, "500.00")
    assert await payments.told() == ["payment.order.opened"]


async def test_issuing_system_learns_of_the_payment(payments):
    order = await looked_up(payments, await decided(payments, "3205011000000001"))
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    await payments.svc.run_jobs()
    decisions = (await payments.world.control("GET", "/books/fines"))["decisions"]
    (decision,) = [one for one in decisions if one["decision_no"] == "3205011000000001"]
    paid = await payments.citizen.order(order["id"])
    assert (decision["status"], decision["transaction_id"]) == ("PAID", paid["money"][0]["transaction_id"])


async def test_unknown_decision_is_said_in_words_and_asked_again(payments):
    order = await looked_up(payments, await decided(payments, "陕A/罚〔2026〕1号"))
    assert order["state"] == "pricing"
    assert "查不到" in order["note"]

    await payments.world.control("PUT", "/fines/decisions/陕A%2F罚〔2026〕1号", {"amount_cents": 15000})
    await payments.let_pass(order["id"], timedelta(minutes=11))
    assert (await looked_up(payments, order))["amount_cents"] == 15000


async def test_cancelled_decision_is_not_payable(payments):
    order = await looked_up(payments, await decided(payments, "3205011000000003"))
    assert (order["state"], order["can_pay"]) == ("pricing", False)
    assert "撤销" in order["note"]


async def test_issuing_system_down_is_asked_again(payments):
    order = await decided(payments, "3205011000000001")
    await payments.world.control("PUT", "/faults/fines", {"down": True})
    assert (await looked_up(payments, order))["state"] == "pricing"

    await payments.world.control("DELETE", "/faults/fines")
    await payments.let_pass(order["id"], timedelta(minutes=1))
    assert (await looked_up(payments, order))["state"] == "open"


async def test_withdrawal_while_the_sum_is_looked_up_cancels_quietly(payments):
    order = await decided(payments, "3205011000000001")
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order["id"]))["state"] == "cancelled"
    assert await payments.told() == []


async def test_decision_number_is_not_kept(payments):
    order = await looked_up(payments, await decided(payments, "DEMO-SECRET-1"))
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    async with payments.svc.uow() as uow:
        for table in ("case_due", "payment_order", "capture", "job", "outbox"):
            rows = await uow.fetchval(f"SELECT coalesce(string_agg({table}::text, ' '), '') FROM {table}")
            assert "DEMO-SECRET" not in rows
