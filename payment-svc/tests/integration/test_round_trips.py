"""What an ordinary payment costs the database: statements sent, BEGIN and COMMIT included."""

from uuid import uuid4

from contracts.case import CasePaymentRequested, CaseWithdrawn

from .conftest import case_facts


async def test_payment_in_time_takes_seven_round_trips(payments, said):
    case_id = await payments.requested()
    assert said == ["WITH"], "the order is opened with the event taken"

    said.clear()
    (order,) = await payments.citizen.orders(case_id)
    assert len(said) == 1

    said.clear()
    attempt = await payments.citizen.start(order["id"])
    assert len(said) == 3  # read, reserve; then link and answer together

    said.clear()
    await payments.world.pay(attempt["pay_url"])
    await payments.world.delivered()
    assert len(said) == 2  # read; then money, order, notice and event together
    assert (await payments.citizen.order(order["id"]))["state"] == "paid"


async def test_second_click_costs_two_round_trips_and_no_call(payments, said):
    order = await payments.opened()
    attempt = await payments.citizen.start(order["id"])
    await payments.world.fault(down=True)
    said.clear()
    assert await payments.citizen.start(order["id"]) == attempt
    assert len(said) == 2


def asked(payments, case_id):
    facts = case_facts(case_id, payments.citizen.id, "awaiting_payment")
    return CasePaymentRequested(**facts, amount_cents=2000, amount_source="fixed", purpose="工本费")


async def test_the_orders_of_a_batch_are_opened_by_one_statement(payments, said):
    cases = [uuid4() for _ in range(3)]
    await payments.svc.deliver(*[asked(payments, case_id) for case_id in cases])
    assert said == ["WITH"], "taken, opened and committed at once"
    for case_id in cases:
        (order,) = await payments.citizen.orders(case_id)
        assert (order["state"], order["amount_cents"]) == ("open", 2000)


async def test_what_is_withdrawn_in_the_batch_that_asked_for_it_is_called_off(payments):
    kept, withdrawn = uuid4(), uuid4()
    facts = case_facts(withdrawn, payments.citizen.id, "withdrawn")
    await payments.svc.deliver(
        asked(payments, withdrawn), asked(payments, kept), CaseWithdrawn(**facts), asked(payments, kept)
    )
    states = [(await payments.citizen.orders(case_id))[0]["state"] for case_id in (kept, withdrawn)]
    assert states == ["open", "closing"]
    assert len(await payments.citizen.orders(kept)) == 1
    assert ["RequestedTwice" in one["cause"] for one in await payments.svc.parked()] == [True]
