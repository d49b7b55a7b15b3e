"""When no push comes, the courier's own books are asked."""

from datetime import datetime

from chassis.testing import Running
from courier_svc.application.ports import Leg

from ..conftest import Courier, Parcel, SandboxCourier, local


async def quiet_for(svc: Running, days: int) -> None:
    await svc.service.pool.execute(
        "UPDATE shipment SET created_at = created_at - $1 * interval '1 day',"
        " last_heard_at = last_heard_at - $1 * interval '1 day'",
        days,
    )
    await svc.service.pool.execute("UPDATE job SET run_at = now() WHERE kind = 'courier.poll_traces'")


async def cancel_at(parcel: Parcel) -> None:
    """At the courier, without a word to us."""
    row, carriers = await parcel.row(), parcel.svc.service.state.desk.carriers
    await carriers.named(row["courier"]).calls.cancel_order(Leg(row["order_no"], row["waybill_no"]), "")


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
    (scan,) = order["traces"]
    told = {"waybillNo": order["waybill_no"], "opTime": local(datetime.fromisoformat(scan["time"]))}
    await courier.push(number, "PICKED_UP", **told)
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
    await cancel_at(created)
    await quiet_for(created.svc, 1)
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("needs_attention", "cancelled_at_courier")


async def test_a_return_that_only_a_push_claims_after_the_delivery_is_not_believed(
    created: Parcel, courier: Courier
) -> None:
    number = await created.order_no()
    for code in ("PICKED_UP", "DELIVERED"):
        await courier.push(number, code)
    await courier.claim(number, "RETURNED")
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("delivered", None)
    assert [scan["code"] for scan in (await created.view())["scans"]] == ["203", "704"]


async def test_a_contradiction_of_the_books_is_settled_by_their_last_word(
    created: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    number = await created.order_no()
    await sandbox.fault(lose_next=-1)
    for code in ("PICKED_UP", "DELIVERED"):
        await courier.push(number, code)
    await sandbox.advance(number, "RETURNED")
    await courier.claim(number, "RETURNED")
    await created.svc.run_jobs()
    assert (await created.row())["attention"] == "came_back_after_delivered"
    await sandbox.advance(number, "DELIVERED")
    await courier.claim(number, "DELIVERED")
    await created.svc.run_jobs()
    row = await created.row()
    assert (row["state"], row["attention"]) == ("delivered", None)


async def test_a_contradiction_that_the_books_do_not_settle_stays_with_the_unit(
    created: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    number = await created.order_no()
    await sandbox.fault(lose_next=-1)
    for code in ("PICKED_UP", "RETURNED", "DELIVERED"):
        await courier.push(number, code)
    row = await created.row()
    assert (row["state"], row["attention"]) == ("returned", "delivered_after_returned")
    assert "delivered" not in await created.told()


async def test_a_hint_is_asked_about_again_and_at_last_not_believed(
    created: Parcel, courier: Courier
) -> None:
    pool = created.svc.service.pool
    await courier.push(await created.order_no(), "PICKED_UP")
    await courier.claim(await created.order_no(), "DELIVERED")
    await created.svc.run_jobs()
    assert await pool.fetchval("SELECT run_at > now() FROM job WHERE kind = 'courier.ask_now'")
    await pool.execute("UPDATE courier_report SET heard_at = heard_at - interval '3 hours'")
    await pool.execute("UPDATE job SET run_at = now()")
    await created.svc.run_jobs()
    verdicts = await pool.fetch("SELECT verdict FROM courier_report ORDER BY id")
    assert [row["verdict"] for row in verdicts] == ["applied", "unconfirmed"]
    assert await created.state() == "picked_up"


async def test_a_hint_that_the_books_bear_out_late_is_believed_then(
    created: Parcel, courier: Courier, sandbox: SandboxCourier
) -> None:
    pool, number = created.svc.service.pool, await created.order_no()
    await courier.push(number, "PICKED_UP")
    await courier.claim(number, "DELIVERED")
    await created.svc.run_jobs()
    await sandbox.fault(lose_next=-1)
    await sandbox.advance(number, "DELIVERED")
    await pool.execute("UPDATE job SET run_at = now() WHERE kind = 'courier.ask_now'")
    await created.svc.run_jobs()
    assert await created.state() == "delivered"
