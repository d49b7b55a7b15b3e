"""When no push comes, the courier's own books are asked."""

from chassis.testing import Running

from ..conftest import Courier, Parcel, SandboxCourier


async def quiet_for(svc: Running, days: int) -> None:
    await svc.service.pool.execute(
        "UPDATE shipment SET created_at = created_at - $1 * interval '1 day',"
        " last_heard_at = last_heard_at - $1 * interval '1 day'",
        days,
    )
    await svc.service.pool.execute("UPDATE job SET run_at = now() WHERE kind = 'courier.poll_traces'")


async def polls(svc: Running) -> int:
    return await svc.service.pool.fetchval("SELECT count(*) FROM job WHERE kind = 'courier.poll_traces'")


async def test_lost_pushes_are_found_by_asking(created: Parcel, sandbox: SandboxCourier) -> None:
    await sandbox.fault(lose_next=-1)
    for code in ("PICKED_UP", "DELIVERED"):
        await sandbox.advance(await created.order_no(), code)
    await quiet_for(created.svc, 1)
    await created.svc.run_jobs()
    assert await created.told() == ["created", "picked_up", "delivered"]
    assert await polls(created.svc) == 0


async def test_a_push_of_what_was_found_by_asking_is_a_repeat(
    created: Parcel, sandbox: SandboxCourier, courier: Courier
) -> None:
    number = await created.order_no()
    await sandbox.fault(lose_next=-1)
    await sandbox.advance(number, "PICKED_UP")
    (order,) = await sandbox.orders()
    await quiet_for(created.svc, 1)
    await created.svc.run_jobs()
    await courier.push(number, "PICKED_UP", event_id=order["traces"][0]["event_id"])
    rows = await created.svc.service.pool.fetch("SELECT source, repeats FROM courier_report")
    assert [(row["source"], row["repeats"]) for row in rows] == [("query", 1)]


async def test_nobody_is_asked_while_pushes_come(
    created: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    await courier.push(await created.order_no(), "PICKED_UP")
    await created.svc.service.pool.execute("UPDATE job SET run_at = now()")
    await sandbox.fault(down=True)
    await created.svc.run_jobs()
    failing = await created.svc.service.pool.fetchval("SELECT count(*) FROM job WHERE last_error IS NOT NULL")
    assert failing == 0


async def test_long_silence_is_shown_to_the_unit(created: Parcel) -> None:
    await quiet_for(created.svc, 8)
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("created", "no_news")
    assert await polls(created.svc) == 1


async def test_an_order_that_the_courier_gave_up_is_shown_to_the_unit(
    created: Parcel, sandbox: SandboxCourier
) -> None:
    await created.svc.service.state.desk.courier.cancel_order(await created.order_no(), "")
    await quiet_for(created.svc, 1)
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("needs_attention", "cancelled_at_courier")


async def test_a_contradiction_is_settled_when_the_couriers_books_agree_with_ours(
    created: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    number = await created.order_no()
    await sandbox.fault(lose_next=-1)
    for code in ("PICKED_UP", "DELIVERED"):
        await sandbox.advance(number, code)
        await courier.push(number, code)
    await courier.push(number, "RETURNED")
    assert (await created.row())["attention"] == "came_back_after_delivered"
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("delivered", None)
    assert await polls(created.svc) == 0


async def test_a_contradiction_that_the_books_do_not_settle_stays_with_the_unit(
    created: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    number = await created.order_no()
    await sandbox.fault(lose_next=-1)
    for code in ("PICKED_UP", "RETURNED", "DELIVERED"):
        await sandbox.advance(number, code)
    await courier.push(number, "RETURNED")
    await courier.push(number, "DELIVERED")
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("returned", "delivered_after_returned")
