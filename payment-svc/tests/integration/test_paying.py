"""The citizen pays: links, notices, queries."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from chassis.testing import bearer
from contracts.payment import OrderOpened, OrderPaid
from payment_svc.domain.payees import Payee


async def test_request_of_case_opens_an_order_with_fen_and_yuan(payments):
    order = await payments.opened(amount_cents=2050)

    assert (order["state"], order["amount_cents"], order["amount_yuan"]) == ("open", 2050, "20.50")
    assert order["can_pay"] and order["purpose"] == "居民身份证工本费"
    (opened,) = await payments.svc.emitted()
    assert isinstance(opened, OrderOpened)
    assert (str(opened.order_id), opened.amount_cents) == (order["id"], 2050)
    assert opened.expires_at - opened.occurred_at == timedelta(hours=2)


async def test_notice_pays_the_order_once_and_tells_it(payments):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()

    paid = await payments.citizen.order(order["id"])
    assert (paid["state"], paid["paid_channel"]) == ("paid", "bank")
    assert [money["state"] for money in paid["money"]] == ["applied"]
    assert [one["state"] for one in paid["attempts"]] == ["succeeded"]
    event = (await payments.svc.emitted())[-1]
    assert isinstance(event, OrderPaid)
    assert (event.channel, event.amount_cents) == ("bank", 2000)
    assert all(notice["state"] == "ACKED" for notice in await payments.world.notices())


async def test_same_idempotency_key_gives_the_same_attempt(payments):
    order, key = await payments.opened(), str(uuid4())

    first = await payments.citizen.start(order["id"], key=key)
    assert await payments.citizen.start(order["id"], key=key) == first


async def test_key_repeated_after_the_order_was_paid_gets_its_first_answer(payments):
    order, key = await payments.opened(), str(uuid4())
    first = await payments.citizen.start(order["id"], key=key)
    await payments.world.pay(first["pay_url"])
    await payments.world.delivered()

    assert await payments.citizen.start(order["id"], key=key) == first
    assert len((await payments.world.books())["orders"]) == 1


async def test_attempt_that_ended_while_the_bank_answered_is_409(payments, monkeypatch):
    order = await payments.opened()
    channel = payments.svc.service.state.use_cases.channels.of("bank", Payee.TREASURY)
    ask = channel.create

    async def slowly(request):
        link = await ask(request)
        async with payments.svc.uow() as uow:
            await uow.execute("UPDATE attempt SET state = 'closed' WHERE id = $1", UUID(hex=request.number))
        return link

    monkeypatch.setattr(channel, "create", slowly)
    answer = await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    assert (answer.status_code, answer.json()["order_id"]) == (409, order["id"])
    assert answer.json()["type"].endswith("attempt-ended-meanwhile")


async def test_another_key_finds_the_live_attempt_again(payments):
    order = await payments.opened()

    first = await payments.citizen.start(order["id"])
    assert await payments.citizen.start(order["id"]) == first
    assert len((await payments.world.books())["orders"]) == 1


async def test_two_clicks_at_once_make_one_order_at_the_bank(payments):
    order = await payments.opened()

    links = await asyncio.gather(*(payments.citizen.start(order["id"]) for _ in range(5)))
    assert len({link["pay_url"] for link in links}) == 1
    assert len((await payments.world.books())["orders"]) == 1


async def test_attempt_needs_an_idempotency_key(payments):
    order = await payments.opened()
    answer = await payments.svc.client.post(
        f"/api/payments/orders/{order['id']}/attempts",
        json={"channel": "bank"},
        headers=bearer(payments.citizen.token),
    )
    assert answer.status_code == 400


async def test_bank_down_is_503_and_the_same_request_works_later(payments):
    order, key = await payments.opened(), str(uuid4())
    await payments.world.fault(down=True)

    refused = await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"}, key=key)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["content-type"] == "application/problem+json"

    await payments.world.fault()
    started = await payments.citizen.start(order["id"], key=key)
    await payments.world.pay(started["pay_url"])
    await payments.world.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_lost_answer_goes_on_with_the_same_number(payments):
    order = await payments.opened()
    await payments.world.fault(lost_answer_next=1)
    assert (
        await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    ).status_code == 503

    attempt = await payments.citizen.start(order["id"])
    (at_bank,) = (await payments.world.books())["orders"]
    assert at_bank["out_trade_no"] == attempt["id"].replace("-", "")


async def test_number_closed_at_the_bank_is_replaced_by_a_new_one(payments):
    order = await payments.opened()
    await payments.world.fault(lost_answer_next=1)
    await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    (lost,) = (await payments.world.books())["orders"]
    await payments.world.control("POST", f"/bank/orders/{lost['out_trade_no']}/state", {"state": "CLOSED"})

    attempt = await payments.citizen.start(order["id"])
    assert attempt["id"].replace("-", "") != lost["out_trade_no"]
    states = [one["state"] for one in (await payments.citizen.order(order["id"]))["attempts"]]
    assert states == ["closed", "pending"]


async def test_lost_notice_is_found_by_the_query_after_half_a_minute(payments):
    order = await payments.opened()
    await payments.world.fault(lose_next=1)
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.run("payment.watch_deadlines")
    assert (await payments.citizen.order(order["id"]))["state"] == "open"

    await payments.let_pass(order["id"], timedelta(seconds=31))
    await payments.run("payment.watch_deadlines")
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_queries_follow_at_two_five_and_fifteen_minutes_then_end(payments):
    order = await payments.opened()
    await payments.citizen.start(order["id"])
    waits = []
    for _ in range(4):
        async with payments.svc.uow() as uow:
            waits.append(await uow.fetchval("SELECT next_query_at - created_at FROM attempt"))
            await uow.execute(
                "UPDATE attempt SET created_at = created_at - (next_query_at - now()), next_query_at = now()"
            )
        await payments.run("payment.watch_deadlines")
    assert waits == [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=15)]
    async with payments.svc.uow() as uow:
        assert await uow.fetchval("SELECT next_query_at FROM attempt") is None


async def test_check_with_the_bank_settles_without_a_notice(payments):
    order = await payments.opened()
    await payments.world.fault(lose_next=1)
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])

    answer = await payments.citizen.check(order["id"])
    assert (answer.status_code, answer.json()["state"]) == (200, "paid")


async def test_check_while_the_bank_is_down_is_503(payments):
    order = await payments.opened()
    await payments.citizen.start(order["id"])
    await payments.world.fault(down=True)
    assert (await payments.citizen.check(order["id"])).status_code == 503


async def test_paid_order_takes_no_further_attempt(payments):
    order = await payments.opened()
    await payments.world.pay((await payments.citizen.start(order["id"]))["pay_url"])
    await payments.world.delivered()
    answer = await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    assert (answer.status_code, answer.json()["state"]) == (409, "paid")


async def test_restart_in_the_middle_of_an_attempt_goes_on_with_it(payments):
    """Killed between the committed number and the bank's answer: what is left is a reserved row."""
    order = await payments.opened()
    reserved = uuid4()
    async with payments.svc.uow() as uow:
        await uow.execute(
            "INSERT INTO attempt (id, order_id, channel, state, created_at, next_query_at)"
            " VALUES ($1, $2, 'bank', 'reserved', now(), now() + interval '30 seconds')",
            reserved, UUID(order["id"]),
        )  # fmt: skip
    attempt = await payments.citizen.start(order["id"])
    assert attempt["id"] == str(reserved)
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"
