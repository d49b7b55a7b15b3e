"""What every channel does, specified once and run against each. The outcomes stand as a table in docs/payments.md."""

import asyncio
import time
from datetime import timedelta

from .conftest import in_every_way, on_every_channel

HALF_A_MINUTE = timedelta(seconds=31)


@in_every_way
async def test_what_is_given_is_what_the_scene_pays_with(story):
    given = await story.begin()
    assert {name for name in ("pay_url", "qr_content", "jsapi") if given[name]} == {story.way.given}
    assert (given["channel"], given["scene"]) == (story.way.channel, story.way.scene)
    (attempt,) = (await story.order())["attempts"]
    assert attempt[story.way.given] and attempt["state"] == "pending"


@in_every_way
async def test_a_notice_pays_the_order_once(story):
    await story.paid()
    assert await story.seen() == ("paid", ["applied"])
    assert await story.paid_events() == 1
    (money,) = (await story.order())["money"]
    (capture,) = (await story.world.books(story.number))["captures"]
    named = capture["transaction_id"] if story.way.names_payments else story.number
    assert (money["transaction_id"], money["amount_cents"]) == (named, 2000)


@on_every_channel
async def test_asking_again_gives_the_same_attempt(story):
    first = await story.begin()
    again = await story.start()
    assert again["id"] == first["id"]
    assert len((await story.world.books())["orders"]) == 1


@on_every_channel
async def test_a_lost_answer_goes_on_with_the_same_number(story):
    order = await story.payments.opened()
    story.order_id = order["id"]
    await story.world.fault(lost_answer_next=1)
    if (await story.asks()).status_code == 201:
        return  # nothing is asked of this provider to begin with: there is no answer to be lost
    await story.start()
    assert len((await story.world.books())["orders"]) == 1
    await story.pays()
    await story.world.delivered()
    assert await story.seen() == ("paid", ["applied"])


@on_every_channel
async def test_twice_and_all_at_once_is_one_capture(story):
    await story.begin()
    await story.world.fault(duplicate_next=1, duplicate_copies=15)
    await story.pays()
    await asyncio.gather(*(story.payments.citizen.check(story.order_id) for _ in range(5)))
    await story.world.delivered()
    assert await story.seen() == ("paid", ["applied"])
    assert await story.paid_events() == 1
    assert (await story.payments.balances())["money_in_cents"] == 2000


@on_every_channel
async def test_a_notice_that_never_comes_is_made_good_by_the_query(story):
    await story.begin()
    await story.world.fault(lose_next=1)
    await story.pays()
    assert await story.seen() == ("open", [])
    await story.payments.let_pass(story.order_id, HALF_A_MINUTE)
    await story.payments.run("payment.watch_deadlines")
    assert await story.seen() == ("paid", ["applied"])


@on_every_channel
async def test_a_late_notice_of_what_the_query_found_is_a_repeat(story):
    await story.begin()
    await story.world.fault(drop_next=-1)
    await story.pays()
    await story.payments.citizen.check(story.order_id)
    assert await story.seen() == ("paid", ["applied"])
    await story.world.fault()
    await story.world.control("POST", f"/notices/redeliver?partner={story.way.channel}")
    await story.world.delivered()
    assert await story.seen() == ("paid", ["applied"])
    assert await story.paid_events() == 1


@on_every_channel
async def test_forged_ones_are_refused_and_the_true_one_taken(story):
    await story.begin()
    await story.world.fault(forge_next=2)
    await story.pays()
    await story.world.delivered()
    (notice,) = await story.world.notices()
    sent = {one["sent"]: one["status"] for one in notice["deliveries"]}
    assert sent["forged"] in (401, 403) and sent["genuine"] in (200, 204)
    assert await story.seen() == ("paid", ["applied"])


@on_every_channel
async def test_one_replayed_after_a_day_does_nothing(story, monkeypatch):
    await story.paid()
    (method, target, headers, body) = story.world.deliveries[-1]
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 86_400)
    answer = await story.world.deliver_to.request(method, target, content=body, headers=headers)
    monkeypatch.undo()
    assert answer.status_code == (401 if story.way.is_dated else 200)
    assert await story.seen() == ("paid", ["applied"])
    assert await story.paid_events() == 1


@on_every_channel
async def test_a_wrong_amount_is_held_and_never_a_failure(story):
    await story.begin()
    await story.world.fault(wrong_amount_next=1, wrong_amount_delta_cents=-500)
    await story.pays()
    await story.world.delivered()
    await story.payments.citizen.check(story.order_id)
    assert await story.seen() == ("open", ["held"])
    (anomaly,) = await story.payments.anomalies("held")
    assert (anomaly["what"], anomaly["amount_cents"], anomaly["expected_cents"]) == (
        "wrong_amount",
        1500,
        2000,
    )
    assert (await story.payments.balances())["balanced"]


@on_every_channel
async def test_a_notice_that_names_another_merchant_is_never_applied_on_its_word(story):
    await story.begin()
    await story.world.fault(wrong_merchant_next=1)
    await story.pays()
    await story.world.delivered()
    assert (await story.seen())[0] == ("paid" if story.way.is_confirmed else "open")
    await story.payments.citizen.check(story.order_id)
    assert await story.seen() == ("paid", ["applied"]), "the provider itself says it is ours"


@on_every_channel
async def test_a_provider_down_for_an_hour_loses_nothing(story):
    await story.begin()
    await story.pays()
    await story.world.delivered()
    other = type(story)(story.payments, story.way)
    await other.begin()
    await story.world.fault(down=True)
    await story.payments.let_pass(other.order_id, timedelta(hours=1))
    assert (await story.payments.citizen.check(other.order_id)).status_code == 503
    await story.world.fault()
    await other.pays()
    await story.world.delivered()
    assert await other.seen() == ("paid", ["applied"])


@on_every_channel
async def test_money_for_an_order_that_ended_goes_back_by_itself(story):
    await story.begin()
    await story.payments.expired(story.order_id)
    assert (await story.order())["state"] == "expired"
    await story.world.capture_again(story.number)
    await story.world.delivered()
    await story.payments.run()
    await story.world.until(lambda: _refunded(story))
    assert await story.seen() == ("expired", ["refunded"])


@on_every_channel
async def test_money_that_came_twice_goes_back_once(story):
    await story.paid()
    if not story.way.names_payments:
        return  # both payments of an order have one name there: only the bank's bill tells them apart
    await story.world.capture_again(story.number)
    await story.world.delivered()
    await story.payments.run()
    await story.world.until(lambda: _refunded(story))
    assert await story.seen() == ("paid", ["applied", "refunded"])
    sums = (await story.world.books())["sums"]
    balances = await story.payments.balances()
    assert (sums["captured_cents"], sums["refunded_cents"]) == (
        balances["money_in_cents"],
        balances["refunded_cents"],
    )


@on_every_channel
async def test_a_withdrawn_cases_money_goes_back_the_way_it_came(story):
    await story.paid()
    await story.payments.withdrawn(story.case_id)
    await story.payments.run()
    await story.world.until(lambda: _refunded(story))
    assert await story.seen() == ("refunded", ["refunded"])
    (refund,) = (await story.world.books(story.number))["refunds"]
    assert (refund["refund_cents"], refund["status"]) == (2000, "SUCCESS")


async def _refunded(story) -> bool:
    """The refund's job asks until the provider's word is final."""
    async with story.payments.svc.uow() as uow:
        await uow.execute("UPDATE job SET run_at = now() WHERE kind = 'payment.refund'")
    await story.payments.run()
    return "refunded" in (await story.seen())[1]


@on_every_channel
async def test_an_expired_order_is_closed_at_the_provider_first(story):
    await story.begin()
    await story.payments.expired(story.order_id)
    assert await story.seen() == ("expired", [])
    books = await story.world.books(story.number)
    assert [order["state"] for order in books["orders"]] in (["CLOSED"], [])


@on_every_channel
async def test_the_postal_companys_money_is_not_the_treasurys(story):
    channels = story.payments.svc.service.state.use_cases.channels
    merchants = {channels.of(story.way.channel, payee).merchant_id for payee in ("treasury", "postal")}
    assert len(merchants) == 2
