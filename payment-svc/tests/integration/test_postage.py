"""Postage: an order of its own beside the fee's, to the postal company's account."""

import asyncio
from uuid import uuid4

import pytest
from chassis.clock import now
from contracts.case import CaseAddressChanged, CasePostageRequested
from contracts.courier import ShipmentCancelled

from .conftest import case_facts


async def asked(payments, case_id=None, cents=2_000):
    """A case whose result is to be sent; its postage order."""
    case_id = case_id or uuid4()
    facts = case_facts(case_id, payments.citizen.id, "approved")
    await payments.svc.deliver(
        CasePostageRequested(**facts, amount_cents=cents, purpose="居民身份证（寄递费）")
    )
    (order,) = [one for one in await payments.citizen.orders(case_id) if one["kind"] == "postage"]
    return order


async def paid(payments, order):
    attempt = await payments.citizen.start(order["id"])
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    return attempt


async def not_sent(payments, case_id, **more):
    await payments.svc.deliver(
        ShipmentCancelled(
            shipment_id=uuid4(), case_id=case_id, direction="to_applicant", occurred_at=now(), **more
        )
    )


async def goes_elsewhere(payments, case_id, cents=2_300):
    facts = case_facts(case_id, payments.citizen.id, "in_production")
    await payments.svc.deliver(CaseAddressChanged(**facts, postage_cents=cents))


async def all_of(payments, case_id):
    """State and sum of each order, oldest first."""
    orders = reversed(await payments.citizen.orders(case_id))
    return [(one["state"], one["amount_cents"]) for one in orders]


async def test_fee_and_postage_stand_side_by_side_and_go_to_two_accounts(payments):
    case_id = await payments.requested()
    postage = await asked(payments, case_id)
    (fee,) = [one for one in await payments.citizen.orders(case_id) if one["kind"] == "fee"]
    await paid(payments, fee)
    await paid(payments, postage)
    merchants = {row["merchant"] for row in (await payments.world.books())["orders"]}
    assert merchants == {"1900006101", "1900006102"}
    told = {event.kind for event in await payments.svc.emitted() if event.TYPE == "payment.order.paid"}
    assert told == {"fee", "postage"}


async def test_a_postage_order_can_be_opened_again(payments):
    order = await asked(payments)
    await payments.expired(order["id"])
    answer = await payments.citizen.post(f"/cases/{order['case_id']}/orders", {"kind": "postage"})
    assert (answer.status_code, answer.json()["kind"]) == (201, "postage")
    none_of_the_fee = await payments.citizen.post(f"/cases/{order['case_id']}/orders")
    assert none_of_the_fee.status_code == 404


async def test_what_is_not_sent_gives_its_postage_back_and_leaves_the_fee(payments):
    case_id = await payments.requested()
    postage = await asked(payments, case_id)
    (fee,) = [one for one in await payments.citizen.orders(case_id) if one["kind"] == "fee"]
    await paid(payments, fee)
    await paid(payments, postage)
    await not_sent(payments, case_id)
    assert (await payments.citizen.order(postage["id"]))["state"] == "refunding"
    assert (await payments.citizen.order(fee["id"]))["state"] == "paid"


async def test_what_came_back_once_was_carried_and_keeps_its_postage(payments):
    postage = await asked(payments)
    await paid(payments, postage)
    await not_sent(payments, postage["case_id"], carried=True)
    assert (await payments.citizen.order(postage["id"]))["state"] == "paid"


async def test_an_unpaid_order_makes_way_when_the_address_changes(payments):
    order = await asked(payments)
    await payments.citizen.start(order["id"])
    await goes_elsewhere(payments, order["case_id"])
    refused = await payments.citizen.post(f"/orders/{order['id']}/attempts", {"channel": "bank"})
    assert refused.status_code == 409
    await payments.run()
    await payments.run()
    assert await all_of(payments, order["case_id"]) == [("expired", 2_000), ("open", 2_300)]


async def test_paid_postage_keeps_its_price(payments):
    order = await asked(payments)
    await paid(payments, order)
    await goes_elsewhere(payments, order["case_id"])
    await payments.run()
    assert await all_of(payments, order["case_id"]) == [("paid", 2_000)]


async def test_money_that_was_faster_than_the_new_address_pays_at_the_old_price(payments):
    order = await asked(payments)
    attempt = await payments.citizen.start(order["id"])
    await payments.world.pay(attempt["pay_url"])
    await goes_elsewhere(payments, order["case_id"])
    await payments.run()
    await payments.world.delivered()
    await payments.run()
    assert await all_of(payments, order["case_id"]) == [("paid", 2_000)]


async def test_the_same_price_elsewhere_leaves_the_order(payments):
    order = await asked(payments)
    await goes_elsewhere(payments, order["case_id"], 2_000)
    await payments.run()
    assert await all_of(payments, order["case_id"]) == [("open", 2_000)]


async def test_an_order_opened_after_the_address_changed_asks_for_the_new_sum(payments):
    order = await asked(payments)
    await payments.expired(order["id"])
    await goes_elsewhere(payments, order["case_id"])
    await payments.citizen.post(f"/cases/{order['case_id']}/orders", {"kind": "postage"})
    assert await all_of(payments, order["case_id"]) == [("expired", 2_000), ("open", 2_300)]


async def test_an_unpaid_postage_order_is_closed_when_nothing_is_sent(payments):
    order = await asked(payments)
    await not_sent(payments, order["case_id"])
    await payments.run()
    assert (await payments.citizen.order(order["id"]))["state"] == "cancelled"
    answer = await payments.citizen.post(f"/cases/{order['case_id']}/orders", {"kind": "postage"})
    assert answer.json()["type"] == "/problems/case-no-longer-owes"


async def owes(payments, case_id):
    """The case asks for its postage."""
    facts = case_facts(case_id, payments.citizen.id, "approved")
    await payments.svc.deliver(
        CasePostageRequested(**facts, amount_cents=2_000, purpose="居民身份证（寄递费）")
    )


async def test_what_was_called_off_before_its_postage_was_asked_for_owes_nothing(payments):
    case_id, another = uuid4(), uuid4()
    await not_sent(payments, case_id)
    await owes(payments, case_id)
    assert await payments.citizen.orders(case_id) == []
    answer = await payments.citizen.post(f"/cases/{case_id}/orders", {"kind": "postage"})
    assert answer.status_code == 404
    assert not [event for event in await payments.svc.emitted() if event.TYPE == "payment.order.opened"]
    await owes(payments, another)
    assert await all_of(payments, another) == [("open", 2_000)]


async def test_a_fee_is_owed_whatever_became_of_the_parcel(payments):
    case_id = uuid4()
    await not_sent(payments, case_id)
    await payments.requested(case_id=case_id)
    assert [one["kind"] for one in await payments.citizen.orders(case_id)] == ["fee"]


@pytest.mark.parametrize("first", ["asked", "called_off"])
async def test_asked_for_and_called_off_in_the_same_moment_nothing_is_owed(payments, first):
    """Two consumers, two transactions: neither sees what the other has not committed."""
    for case_id in (uuid4() for _ in range(5)):
        both = [owes(payments, case_id), not_sent(payments, case_id)]
        await asyncio.gather(*(both if first == "asked" else both[::-1]))
        await payments.run()
        assert await all_of(payments, case_id) in ([], [("cancelled", 2_000)])


async def test_a_withdrawn_case_owes_neither(payments):
    case_id = await payments.requested()
    postage = await asked(payments, case_id)
    await paid(payments, postage)
    await payments.withdrawn(case_id)
    states = {one["kind"]: one["state"] for one in await payments.citizen.orders(case_id)}
    assert states == {"fee": "closing", "postage": "refunding"}


async def test_money_for_the_postal_company_in_the_treasurys_notice_is_held(payments):
    """The notice's address says whose key opened it; the order says into which account it is to be paid."""
    order = await asked(payments)
    await payments.citizen.start(order["id"])
    await payments.world.fault(wrong_merchant_next=1)
    number = order and (await payments.citizen.order(order["id"]))["attempts"][0]["id"].replace("-", "")
    await payments.world.capture_again(number)
    await payments.world.delivered()
    (money,) = (await payments.citizen.order(order["id"]))["money"]
    assert (money["state"], money["why"]) == ("held", "wrong_merchant")
