"""What an ordinary payment costs the database: statements sent, BEGIN and COMMIT included."""


async def test_payment_in_time_takes_ten_round_trips(payments, said):
    case_id = await payments.requested()
    assert [said[0], said[-1], len(said)] == ["BEGIN", "COMMIT", 4]

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
