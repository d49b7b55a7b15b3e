"""Receipts against the fiscal platform as the sandbox plays it: one for what was paid, whatever happens."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import CheckViolationError
from chassis.clock import now
from contracts.payment import ReceiptIssued
from payment_svc.channels.fiscal import FiscalClient, FiscalSeal
from payment_svc.channels.pause import Pause
from payment_svc.domain.orders import Debt, Opened
from payment_svc.domain.payees import Kind as Owed
from payment_svc.domain.receipt_errors import FiscalPlatformDown
from payment_svc.persistence.orders import PgOrders
from payment_svc.persistence.receipts import PgReceipts

ISSUE = "payment.issue_receipt"


async def fiscal(payments, **faults):
    """Replaces the platform's faults; none clears them."""
    await payments.world.control("PUT", "/faults/fiscal", faults)


async def at_platform(payments):
    return await payments.world.control("GET", "/books/fiscal")


async def paid(payments, **options):
    order = await payments.opened(**options)
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    return order


async def refunded(payments, order):
    """The case is withdrawn, and the bank gives the money back."""
    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    await payments.world.delivered()


async def later(payments):
    """Jobs that wait are due, and run."""
    await payments.svc.service.pool.execute("UPDATE job SET run_at = now()")
    await payments.svc.run_jobs()


async def receipts(payments):
    rows = await payments.svc.service.pool.fetch("SELECT * FROM receipt ORDER BY requested_at, id")
    return [dict(row) for row in rows]


async def test_payment_gets_its_receipt_and_tells_it(payments):
    order = await paid(payments, amount_cents=2050)
    (owed,) = await receipts(payments)
    assert (owed["state"], owed["amount_cents"], str(owed["id"])) == ("requested", 2050, order["id"])

    await payments.svc.run_jobs()
    (issued,) = await receipts(payments)
    (there,) = (await at_platform(payments))["receipts"]
    assert issued["state"] == "issued"
    assert [issued["code"], issued["number"], issued["check_code"]] == [
        there["receipt_code"], there["receipt_no"], there["check_code"]
    ]  # fmt: skip
    assert (there["business_no"], there["asked_cents"]) == (UUID(order["id"]).hex, 2050)
    assert (there["unit_code"], there["item_name"]) == (payments.unit, "居民身份证工本费")
    event = (await payments.svc.emitted())[-1]
    assert isinstance(event, ReceiptIssued)
    assert (str(event.receipt_id), event.kind, event.amount_cents) == (order["id"], "blue", 2050)
    assert not await payments.svc.service.pool.fetch("SELECT 1 FROM job WHERE kind = $1", ISSUE)


async def test_notice_return_and_query_together_bring_one_receipt(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(duplicate_next=1, duplicate_copies=10)
    await payments.world.pay(attempt["pay_url"])
    await asyncio.gather(*(payments.citizen.check(order["id"]) for _ in range(5)))
    await payments.world.delivered()
    await payments.svc.run_jobs()

    assert [one["state"] for one in await receipts(payments)] == ["issued"]
    assert (await at_platform(payments))["sums"]["blue"] == 1
    assert (await payments.told()).count("payment.receipt.issued") == 1


async def test_money_that_does_not_pay_gets_no_receipt(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(wrong_amount_next=1, wrong_amount_in="capture")
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    await payments.svc.run_jobs()
    assert await receipts(payments) == []
    assert (await at_platform(payments))["sums"]["blue"] == 0


async def test_postage_gets_no_fiscal_receipt_and_no_red_one(payments):
    debt = Debt(
        uuid4(), Owed.POSTAGE, "HZ202611220001", "HUZHENG-001", payments.citizen.id, payments.unit,
        payments.department, "邮寄费", "fixed", 1200,
    )  # fmt: skip
    async with payments.svc.uow() as uow:
        PgOrders().add(uow, [(debt, Opened.now_payable(uuid4(), 1200, now(), timedelta(hours=2)))])
    (order,) = await payments.citizen.orders(debt.case_id)
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
    await refunded(payments, order)
    assert await receipts(payments) == []
    assert (await at_platform(payments))["sums"]["blue"] == 0


async def test_held_money_that_turns_out_right_gets_its_receipt(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(wrong_amount_next=1, wrong_amount_in="notice")
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    assert await receipts(payments) == []
    await payments.citizen.check(order["id"])
    await payments.svc.run_jobs()
    assert [one["state"] for one in await receipts(payments)] == ["issued"]


async def test_second_payment_goes_back_without_a_red_receipt(payments):
    order = await paid(payments)
    number = (await payments.citizen.order(order["id"]))["attempts"][0]["id"].replace("-", "")
    await payments.world.capture_again(number)
    await payments.world.delivered()
    await payments.svc.run_jobs()
    await payments.world.delivered()
    await payments.svc.run_jobs()
    assert [money["state"] for money in (await payments.citizen.order(order["id"]))["money"]] == [
        "applied", "refunded"
    ]  # fmt: skip
    assert [one["kind"] for one in await receipts(payments)] == ["blue"]


async def test_answer_lost_or_process_killed_after_issuing_gets_the_same_receipt(payments):
    """What a kill between the platform's answer and our commit leaves is what a lost answer leaves."""
    await fiscal(payments, lost_answer_next=1)
    await paid(payments)
    await payments.svc.run_jobs()
    assert [one["state"] for one in await receipts(payments)] == ["requested"]
    (there,) = (await at_platform(payments))["receipts"]

    await later(payments)
    (issued,) = await receipts(payments)
    assert (issued["state"], issued["number"]) == ("issued", there["receipt_no"])
    assert (await at_platform(payments))["sums"]["blue"] == 1


async def test_platform_down_for_hours_delays_the_receipt_and_nothing_else(payments):
    await fiscal(payments, down=True)
    order = await paid(payments)
    for _ in range(6):
        await later(payments)
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
    (job,) = await payments.svc.service.pool.fetch("SELECT * FROM job WHERE kind = $1", ISSUE)
    assert job["attempts"] >= 5 and "FiscalPlatformDown" in job["last_error"]  # stands on the stuck-work page

    await fiscal(payments)
    await later(payments)
    assert [one["state"] for one in await receipts(payments)] == ["issued"]


@pytest.mark.parametrize("fault", [{"forge_next": 1}, {"http_500_next": 1}])
async def test_answer_that_is_not_the_platforms_is_none(payments, fault):
    await fiscal(payments, **fault)
    await paid(payments)
    await payments.svc.run_jobs()
    assert [one["state"] for one in await receipts(payments)] == ["requested"]
    await later(payments)
    assert [one["state"] for one in await receipts(payments)] == ["issued"]


async def test_refusal_is_shown_to_operators_and_asked_again(payments):
    await fiscal(payments, no_stock_next=1)
    order = await paid(payments)
    await payments.svc.run_jobs()
    (shown,) = await payments.anomalies("receipt")
    assert (shown["provider_code"], shown["order_id"]) == ("STOCK_EXHAUSTED", order["id"])
    assert (shown["channel"], shown["amount_cents"]) == ("fiscal", 2000)

    await later(payments)
    assert [one["state"] for one in await receipts(payments)] == ["issued"]
    assert await payments.anomalies("receipt") == []


async def test_receipt_for_another_sum_is_not_taken(payments):
    await fiscal(payments, wrong_amount_next=1)
    await paid(payments)
    await payments.svc.run_jobs()
    assert [one["state"] for one in await receipts(payments)] == ["refused"]
    (shown,) = await payments.anomalies("receipt")
    assert shown["provider_code"] == "RECEIPT_DIFFERS"


async def test_two_workers_get_one_receipt(payments):
    await paid(payments)
    await payments.svc.service.pool.execute("UPDATE job SET leased_until = NULL")
    await fiscal(payments, answer_late_ms=200)
    first = asyncio.create_task(payments.svc.run_jobs())

    async def asked():
        return await payments.svc.service.pool.fetchval("SELECT 1 FROM job WHERE leased_until IS NOT NULL")

    await payments.world.until(asked)
    # The first is thought dead: its lease has run out while it waits for the answer.
    await payments.svc.service.pool.execute("UPDATE job SET leased_until = now() - interval '1 second'")
    await asyncio.gather(first, payments.svc.run_jobs())

    assert [one["state"] for one in await receipts(payments)] == ["issued"]
    assert (await at_platform(payments))["sums"]["blue"] == 1
    assert (await payments.told()).count("payment.receipt.issued") == 1


async def test_refund_gets_a_red_receipt_of_its_own(payments):
    order = await paid(payments)
    await payments.svc.run_jobs()
    await refunded(payments, order)
    await payments.svc.run_jobs()

    blue, red = await receipts(payments)
    assert (red["kind"], red["state"], red["amount_cents"]) == ("red", "issued", 2000)
    assert blue["reversed_cents"] == 2000
    there = (await at_platform(payments))["receipts"][1]
    assert (there["kind"], there["reverses_no"], there["reason"]) == (
        "RED",
        blue["number"],
        "办件已撤回，费用退回",
    )
    event = (await payments.svc.emitted())[-1]
    assert (event.TYPE, event.kind, event.amount_cents) == ("payment.receipt.issued", "red", 2000)


async def test_refund_before_the_blue_receipt_waits_for_it(payments):
    await fiscal(payments, down=True)
    order = await paid(payments)
    await refunded(payments, order)
    await payments.svc.run_jobs()
    assert [one["state"] for one in await receipts(payments)] == ["requested", "requested"]

    await fiscal(payments)
    await later(payments)
    await later(payments)
    assert [one["state"] for one in await receipts(payments)] == ["issued", "issued"]
    assert [one["kind"] for one in (await at_platform(payments))["receipts"]] == ["BLUE", "RED"]


async def given_back(payments, order, cents):
    """A part of what was paid went back, as `ReturnMoney` writes it down; returns the refund."""
    refund_id = uuid4()
    async with payments.svc.uow() as uow:
        await uow.execute(
            "INSERT INTO refund (id, capture_id, order_id, amount_cents, why, state, requested_at, done_at)"
            " SELECT $1, id, order_id, $3, 'operator_decided', 'succeeded', now(), now() FROM capture"
            " WHERE order_id = $2",
            refund_id, UUID(order["id"]), cents,
        )  # fmt: skip
        PgReceipts().owe_red(uow, refund_id, UUID(order["id"]), cents, now())
        uow.enqueue(ISSUE, str(refund_id))


async def test_parts_given_back_get_a_red_receipt_each(payments):
    order = await paid(payments)
    for cents in (700, 1300):
        await given_back(payments, order, cents)
    await later(payments)
    await later(payments)
    assert [(one["kind"], one["amount_cents"], one["state"]) for one in await receipts(payments)] == [
        ("blue", 2000, "issued"), ("red", 700, "issued"), ("red", 1300, "issued")
    ]  # fmt: skip
    assert (await at_platform(payments))["sums"] == {
        "blue": 1,
        "blue_cents": 2000,
        "red": 2,
        "red_cents": 2000,
    }


async def test_red_receipts_can_never_exceed_the_blue_one(payments):
    order = await paid(payments)
    await given_back(payments, order, 1999)
    with pytest.raises(CheckViolationError, match="receipt_reversed"):
        await given_back(payments, order, 2)
    together = await asyncio.gather(
        *(given_back(payments, order, 1) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, CheckViolationError) for one in together) == 2
    assert sum(one["amount_cents"] for one in await receipts(payments) if one["kind"] == "red") == 2000


async def test_platform_that_hangs_is_left_alone_for_a_while(payments):
    moment, settings = [0.0], payments.settings
    pause, seal = Pause(15, clock=lambda: moment[0]), FiscalSeal(settings.fiscal_seal_keys)

    async def find(patience):
        client = FiscalClient(
            payments.world.url,
            settings.partners_app,
            settings.fiscal_key,
            seal,
            patience=patience,
            pause=pause,
        )
        try:
            return await client.find("no-such-number")
        finally:
            await client.close()

    await fiscal(payments, answer_late_ms=2000)
    with pytest.raises(FiscalPlatformDown, match="in time"):
        await find(patience=0.05)
    await fiscal(payments)
    with pytest.raises(FiscalPlatformDown, match="hung"):
        await find(patience=5)
    moment[0] = 15
    assert await find(patience=5) is None
