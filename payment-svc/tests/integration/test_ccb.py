"""CCB's notices are GETs; none moves money by itself."""

from uuid import UUID

import pytest
from payment_svc.channels.ccb.mapping import order_id_of

FAR_PAST = "2 hours"


@pytest.fixture
def ccb(payments):
    payments.world.channel = "ccb"
    return payments.world


async def opened(payments):
    """A page of the payer, opened; the order and its ORDERID."""
    order = await payments.opened()
    answer = await payments.citizen.post(
        f"/orders/{order['id']}/attempts", {"channel": "ccb", "scene": "web"}
    )
    assert answer.status_code == 201, answer.text
    await payments.world.open(answer.json()["pay_url"])
    return order["id"], order_id_of(UUID(answer.json()["id"]).hex)


async def outcomes(payments):
    async with payments.svc.uow() as uow:
        return [row["outcome"] for row in await uow.fetch("SELECT outcome FROM notice ORDER BY id")]


async def test_notice_is_kept_and_acknowledged_and_booked_only_after_the_query(payments, ccb):
    order_id, number = await opened(payments)
    await ccb.pay_number(number)
    await ccb.delivered()
    assert await outcomes(payments) == ["unconfirmed"]
    assert (await payments.citizen.order(order_id))["state"] == "open"

    await payments.svc.run_jobs()
    assert await outcomes(payments) == ["applied"]
    assert (await payments.citizen.order(order_id))["state"] == "paid"


async def test_notice_the_bank_does_not_confirm_moves_nothing(payments, ccb):
    order_id, number = await opened(payments)
    await ccb.fault(wrong_amount_next=1, wrong_amount_in="notice")
    await ccb.pay_number(number)
    await ccb.delivered()
    await payments.svc.run_jobs()
    assert await outcomes(payments) == ["contradiction"]
    (money,) = (await payments.citizen.order(order_id))["money"]
    assert (money["state"], money["amount_cents"]) == ("applied", 2000), "what the bank answered"


async def test_notice_in_gbk_is_the_banks_too(payments, ccb):
    order_id, number = await opened(payments)
    await ccb.fault(gbk_next=1)
    await ccb.pay_number(number)
    await ccb.delivered()
    await payments.svc.run_jobs()
    assert (await payments.citizen.order(order_id))["state"] == "paid"


async def test_resent_notice_while_the_query_waits_asks_once_more_and_books_once(payments, ccb):
    order_id, number = await opened(payments)
    await ccb.fault(duplicate_next=1, duplicate_copies=5)
    await ccb.pay_number(number)
    await ccb.delivered()
    await payments.svc.run_jobs()
    assert await outcomes(payments) == ["applied"]
    assert len((await payments.citizen.order(order_id))["money"]) == 1


@pytest.mark.parametrize(
    "change", [("PAYMENT=20.00", "PAYMENT=20.01"), ("MAC=", "MAC=0"), ("POSID=06", "POSID=07")]
)
async def test_address_somebody_changed_opens_no_page(payments, ccb, change):
    order = await payments.opened()
    answer = await payments.citizen.post(
        f"/orders/{order['id']}/attempts", {"channel": "ccb", "scene": "web"}
    )
    url = answer.json()["pay_url"]
    assert change[0] in url and "PUB=" not in url and "TIMEOUT=" in url
    with pytest.raises(AssertionError):
        await ccb.open(url.replace(*change))
    assert (await ccb.books())["orders"] == []


async def test_wrong_password_is_no_answer_about_the_payment(payments, ccb, monkeypatch):
    order_id, _ = await opened(payments)
    monkeypatch.setattr(ccb.sandbox.ccb._counters, "_password", "another")
    assert (await payments.citizen.check(order_id)).status_code == 503
