"""Whatever money arrives: one capture pays, the rest is held or goes back, and the ledger always balances."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from chassis.testing import bearer
from contracts.payment import RefundRequested, RefundSucceeded
from payment_svc.domain.payees import Payee


async def started(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    return order["id"], attempt["pay_url"], UUID(attempt["id"]).hex


async def test_second_capture_is_refunded_and_one_stays_applied(payments):
    order_id, pay_url, number = await started(payments)
    await payments.world.pay(pay_url)
    await payments.world.capture_again(number)
    await payments.world.delivered()
    await payments.svc.run_jobs()
    await payments.world.delivered()
    await payments.svc.run_jobs()

    order = await payments.citizen.order(order_id)
    assert order["state"] == "paid"
    assert sorted(money["state"] for money in order["money"]) == ["applied", "refunded"]
    surplus = next(money for money in order["money"] if not money["pays_order"])
    assert (surplus["why"], surplus["refunds"][0]["state"]) == ("already_paid", "succeeded")
    assert [kind for kind in await payments.told() if "paid" in kind] == ["payment.order.paid"]
    balances = await payments.balances()
    assert balances["balanced"]
    assert (balances["money_in_cents"], balances["applied_cents"], balances["refunded_cents"]) == (
        4000,
        2000,
        2000,
    )


async def test_duplicated_notice_is_recognised(payments):
    order_id, pay_url, _ = await started(payments)
    await payments.world.fault(duplicate_next=1, duplicate_copies=4)
    await payments.world.pay(pay_url)
    await payments.world.delivered()

    order = await payments.citizen.order(order_id)
    assert (order["state"], len(order["money"])) == ("paid", 1)
    (notice,) = await payments.world.notices()
    assert all(one["answer"] == '{"code":"SUCCESS"}' for one in notice["deliveries"])


async def test_wrong_amount_is_held_and_an_operator_sends_it_back(payments):
    order_id, pay_url, _ = await started(payments)
    await payments.world.fault(wrong_amount_next=1, wrong_amount_delta_cents=-500, wrong_amount_in="capture")
    await payments.world.pay(pay_url)
    await payments.world.delivered()

    order = await payments.citizen.order(order_id)
    assert (order["state"], order["money"][0]["state"]) == ("open", "held")
    (held,) = await payments.anomalies("held")
    assert (held["what"], held["amount_cents"], held["expected_cents"]) == ("wrong_amount", 1500, 2000)
    assert (await payments.balances())["held_cents"] == 1500

    operator = bearer(payments.tokens.operator()) | {"Idempotency-Key": "decision-1"}
    path = f"/api/payments/anomalies/{held['id']}/refund"
    assert (await payments.svc.client.post(path, headers=operator)).status_code == 200
    await payments.svc.run_jobs()
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    assert (order["state"], order["money"][0]["state"]) == ("open", "refunded")
    assert await payments.anomalies("held") == []
    again = await payments.svc.client.post(path, headers=operator | {"Idempotency-Key": "decision-2"})
    assert again.status_code == 409


async def test_held_money_does_not_stop_the_order_from_being_paid(payments):
    order_id, pay_url, number = await started(payments)
    await payments.world.fault(wrong_amount_next=1, wrong_amount_in="capture")
    await payments.world.pay(pay_url)
    await payments.world.capture_again(number, 2000)
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    assert order["state"] == "paid"
    assert sorted(money["state"] for money in order["money"]) == ["applied", "held"]


@pytest.mark.parametrize(
    "fault", [{"wrong_amount_next": 1, "wrong_amount_in": "notice"}, {"wrong_merchant_next": 1}]
)
async def test_notice_that_lies_is_held_until_the_bank_itself_is_asked(payments, fault):
    order_id, pay_url, _ = await started(payments)
    await payments.world.fault(**fault)
    await payments.world.pay(pay_url)
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    assert (order["state"], order["money"][0]["state"]) == ("open", "held")

    assert (await payments.citizen.check(order_id)).json()["state"] == "paid"
    balances = await payments.balances()
    assert balances["balanced"] and balances["applied_cents"] == 2000 and balances["held_cents"] == 0


async def test_lying_notice_of_a_withdrawn_case_is_corrected_and_sent_back(payments):
    order_id, pay_url, _ = await started(payments)
    await payments.world.fault(wrong_amount_next=1, wrong_amount_in="notice")
    await payments.world.pay(pay_url)
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    assert order["money"][0]["state"] == "held"

    await payments.withdrawn(order["case_id"])
    await payments.svc.run_jobs()
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    (money,) = order["money"]
    assert (order["state"], money["state"], money["amount_cents"]) == ("cancelled", "refunded", 2000)
    assert (await payments.balances())["balanced"]


async def test_contradicting_notice_after_payment_is_shown_to_operators(payments):
    order_id, pay_url, _ = await started(payments)
    await payments.world.fault(lose_next=1)
    await payments.world.pay(pay_url)
    await payments.citizen.check(order_id)
    async with payments.svc.uow() as uow:
        # As if what was booked had said another sum than the notice that comes now.
        await uow.execute("UPDATE capture SET amount_cents = 1999")
    (lost,) = await payments.world.notices()
    await payments.world.fault()
    await payments.world.control("POST", f"/notices/{lost['notice_id']}/redeliver")
    await payments.world.acknowledged(lost["notice_id"])
    (strange,) = await payments.anomalies("notice")
    assert strange["what"] == "contradiction"
    assert (await payments.citizen.order(order_id))["state"] == "paid"


async def test_late_money_after_expiry_is_refunded_by_itself(payments):
    order_id, _, number = await started(payments)
    await payments.expired(order_id)
    assert (await payments.citizen.order(order_id))["state"] == "expired"

    await payments.world.capture_again(number)
    await payments.world.delivered()
    await payments.svc.run_jobs()
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    (money,) = order["money"]
    assert (order["state"], money["state"], money["why"]) == ("expired", "refunded", "order_closed")
    assert money["why_text"] and money["refunds"][0]["done_at"]
    books = await payments.world.books(number)
    assert books["sums"]["refunded_cents"] == 2000
    events = await payments.svc.emitted()
    assert [type(event) for event in events[-2:]] == [RefundRequested, RefundSucceeded]
    assert events[-1].amount_cents == 2000


async def test_thirty_deliveries_queries_and_checks_at_once_apply_one_capture(payments):
    order_id, pay_url, number = await started(payments)
    await payments.world.fault(duplicate_next=1, duplicate_copies=15)
    await payments.world.pay(pay_url)
    use, begin = payments.svc.service.state.use_cases, payments.svc.service.begin
    channel = use.channels.of("bank", Payee.TREASURY)

    async def query() -> None:
        reading = await channel.query(number)
        async with begin() as uow:
            await use.query_attempt._settle.asked(channel, reading, uow)

    await asyncio.gather(*(query() for _ in range(15)), *(payments.citizen.check(order_id) for _ in range(5)))
    await payments.world.delivered()
    order = await payments.citizen.order(order_id)
    assert (order["state"], [money["state"] for money in order["money"]]) == ("paid", ["applied"])
    assert (await payments.told()).count("payment.order.paid") == 1
    assert (await payments.balances())["money_in_cents"] == 2000


async def test_ledger_refuses_to_be_rewritten(payments):
    """Who serves has no right to; the owner of the table is stopped by a trigger."""
    _, pay_url, _ = await started(payments)
    await payments.world.pay(pay_url)
    await payments.world.delivered()
    for change in (
        "UPDATE ledger_entry SET amount_cents = 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
    ):
        async with payments.svc.as_owner() as owner:
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await owner.execute(change)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await payments.svc.service.pool.execute(change)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await payments.svc.service.pool.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    assert (await payments.balances())["applied_cents"] == 2000


async def test_second_applied_capture_is_impossible_even_past_the_code(payments):
    _, pay_url, _ = await started(payments)
    await payments.world.pay(pay_url)
    await payments.world.delivered()
    facts = "attempt_id, order_id, amount_cents, currency, merchant_id, paid_at, received_at, state"
    with pytest.raises(asyncpg.UniqueViolationError, match="capture_applied_once"):
        async with payments.svc.uow() as uow:
            await uow.execute(
                f"INSERT INTO capture (id, channel, transaction_id, pays_order, {facts})"
                f" SELECT $1, channel, 'other', true, {facts} FROM capture",
                uuid4(),
            )


async def test_check_within_two_seconds_asks_nothing(payments):
    order_id, *_ = await started(payments)
    assert (await payments.citizen.check(order_id)).status_code == 200
    await payments.world.fault(down=True)
    assert (await payments.citizen.check(order_id)).status_code == 200
    await payments.let_pass(order_id, timedelta(seconds=3))
    assert (await payments.citizen.check(order_id)).status_code == 503
